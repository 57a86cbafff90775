"""The receipt function. A queue that subscribes to the alert topic invokes it: proof that SNS has an alert."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec

from lambdas.alerting.alert_state import AlertStates
from lambdas.common.batch import process_batch
from lambdas.common.logs import json_log
from lambdas.common.times import now
from lambdas.encounters.policy import read_policy

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import EventRecord

logger = logging.getLogger(__name__)
states = AlertStates(
    dynamodb=boto3.client("dynamodb"),
    table=os.environ["ENCOUNTERS_TABLE"],
    policy=read_policy(os.environ["POLICY"]),
)


def confirm(record: EventRecord) -> None:
    """Mark the alert as sent, in case the function that published it crashed before it could."""
    alert_id = msgspec.json.decode(record["body"])["alert_id"]
    if states.mark_sent(alert_id, now=now()):
        logger.info("alert confirmed by its receipt", extra={"alert_id": alert_id})


@json_log
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch. The queue redelivers only the receipts that failed."""
    return process_batch(event, confirm)
