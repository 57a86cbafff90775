"""The notify function. The stream of the encounters table invokes it with alerts and notices that are due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.alerting.wiring import notifier_from_environment
from lambdas.common.batch import process_batch
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import EventRecord

logger = logging.getLogger(__name__)
metrics = Metrics()
notifier = notifier_from_environment(boto3.client("dynamodb"), metrics.time)


def notify_record(record: EventRecord) -> None:
    """Send the alert or the notice of one stream record."""
    alert_id = record["dynamodb"]["Keys"]["encounter_id"]["S"]
    outcome = notifier.notify(alert_id)
    metrics.count(outcome.value)
    logger.info("alert", extra={"alert_id": alert_id, "outcome": outcome.value})


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch. The stream redelivers a failed record; the sweep sends what the stream gives up."""
    return process_batch(event, notify_record)
