"""The sweep function: every minute, sends each alert that is due and that the stream did not get through."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.alerting.wiring import notifier_from_environment
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
notifier = notifier_from_environment(boto3.client("dynamodb"), metrics.time)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """How many alerts the sweep found overdue; what it does not reach in its time, the next one does."""
    overdue = list(notifier.states.overdue(now=now()))
    metrics.count("AlertsOverdue", len(overdue))
    for alert_id in overdue:
        outcome = notifier.notify(alert_id)
        metrics.count(outcome.value)
        logger.info("overdue alert", extra={"alert_id": alert_id, "outcome": outcome.value})
    return {"overdue": len(overdue)}
