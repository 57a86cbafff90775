"""The receipt function: behind a queue that the alert topic delivers to, proof that SNS has an alert."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.function import LEASE
from lambdas.common.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
states = AlertStates(dynamodb=boto3.client("dynamodb"), table=os.environ["ENCOUNTERS_TABLE"], lease=LEASE)


def acknowledge(record: SQSRecord) -> None:
    """Write that the alert is out, where the function that published it did not live to."""
    encounter_id = record.json_body["encounter_id"]
    if states.sent(encounter_id, now=now()):
        logger.info("alert confirmed by its receipt", encounter_id=encounter_id)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """A receipt that fails is delivered again, alone."""
    return process_partial_response(event=event, record_handler=acknowledge, processor=processor, context=context)
