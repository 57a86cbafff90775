"""The sweep function: every minute, send the alerts that are due and that the stream did not send."""

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
    """Send the overdue alerts and return their number. The next run continues after a timeout."""
    overdue = list(notifier.states.overdue(now=now()))
    metrics.count("AlertsOverdue", len(overdue))
    for alert_id in overdue:
        outcome = notifier.notify(alert_id)
        metrics.count(outcome.value)
        logger.info("overdue alert", extra={"alert_id": alert_id, "outcome": outcome.value})
    return {"overdue": len(overdue)}
