"""The notify function: behind the stream of the encounters table, filtered to encounters whose alert is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from lambdas.alerting.function import notifier_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)
notifier = notifier_from_environment()


def notify_record(record: DynamoDBRecord) -> None:
    """Send the alert of the encounter that one stream record is about."""
    encounter_id = record["dynamodb"]["Keys"]["encounter_id"]["S"]
    outcome = notifier.notify(encounter_id)
    metrics.add_metric(name=outcome.value, unit=MetricUnit.Count, value=1)
    logger.info("alert", encounter_id=encounter_id, outcome=outcome.value)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """A record that fails is delivered again; the sweep sends what the stream cannot."""
    return process_partial_response(event=event, record_handler=notify_record, processor=processor, context=context)
