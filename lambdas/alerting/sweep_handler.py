"""The sweep function: every minute, send the alerts that are due and that the stream did not send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from lambdas.alerting.sweep import send_overdue
from lambdas.alerting.wiring import notifier_from_environment
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

metrics = Metrics()
notifier = notifier_from_environment(boto3.client("dynamodb"), metrics.time)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send the overdue alerts and return their number. The next run continues after a timeout."""
    overdue = send_overdue(notifier, metrics.count)
    metrics.count("AlertsOverdue", overdue)
    return {"overdue": overdue}
