"""The notify function: behind the stream of the encounters table, filtered to encounters whose alert is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.alerting.function import notifier_from_environment
from lambdas.common.batch import each_alone

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import Record

logger = Logger()
metrics = Metrics()
notifier = notifier_from_environment(boto3.client("dynamodb"))


def notify_record(record: Record) -> None:
    """Send the alert of the encounter, or the notice, that one stream record is about."""
    alert_id = record["dynamodb"]["Keys"]["encounter_id"]["S"]
    outcome = notifier.notify(alert_id)
    metrics.add_metric(name=outcome.value, unit=MetricUnit.Count, value=1)
    logger.info("alert", alert_id=alert_id, outcome=outcome.value)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A record that fails is delivered again; the sweep sends what the stream cannot."""
    return each_alone(event, notify_record, logger)
