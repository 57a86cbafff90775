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


class _Document(msgspec.Struct):
    alert_id: str


logger = logging.getLogger(__name__)
states = AlertStates(
    dynamodb=boto3.client("dynamodb"),
    table=os.environ["ENCOUNTERS_TABLE"],
    policy=read_policy(os.environ["POLICY"]),
)


def confirm(record: EventRecord) -> None:
    """Record that SNS accepted one channel of an alert, in case the function that published it did not learn so."""
    attributes = {name: each["stringValue"] for name, each in record["messageAttributes"].items()}
    if "channel" in attributes:
        alert_id, channels = attributes["alert_id"], msgspec.json.decode(attributes["channels"], type=list[str])
        is_sent = states.confirm(alert_id, attributes["channel"], of=channels, now=now())
    else:
        # Before 0027, one message was for all channels, and only its document named the alert.
        alert_id = msgspec.json.decode(record["body"], type=_Document).alert_id
        is_sent = states.mark_sent(alert_id, now=now())
    if is_sent:
        logger.info("alert confirmed by its receipts", extra={"alert_id": alert_id})


@json_log
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch. The queue redelivers only the receipts that failed."""
    return process_batch(event, confirm)
