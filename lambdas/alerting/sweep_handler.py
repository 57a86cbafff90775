"""The sweep function: every minute, sends each alert that is due and that the stream did not get through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.alerting.function import notifier_from_environment
from lambdas.common.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
notifier = notifier_from_environment(boto3.client("dynamodb"))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """How many alerts the sweep found overdue; what it does not reach in its time, the next one does."""
    overdue = list(notifier.states.overdue(now=now()))
    metrics.add_metric(name="AlertsOverdue", unit=MetricUnit.Count, value=len(overdue))
    for alert_id in overdue:
        outcome = notifier.notify(alert_id)
        metrics.add_metric(name=outcome.value, unit=MetricUnit.Count, value=1)
        logger.info("overdue alert", alert_id=alert_id, outcome=outcome.value)
    return {"overdue": len(overdue)}
