"""The fetch-case function: behind the queue of cases."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from lambdas.common.times import now
from lambdas.ingest.face_collections import FaceCollections
from lambdas.ingest.faces import NO_RETRIES
from lambdas.ingest.fetch_case import CaseFetcher
from lambdas.ingest.gallery import Gallery
from lambdas.ingest.lease import Leases
from lambdas.ingest.open_source import open_source
from lambdas.ingest.settings import read_sources
from lambdas.ingest.shared_pace import SharedPace
from lambdas.ingest.source import CaseReference
from lambdas.ingest.withdraw import Withdrawal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.SQS)
dynamodb = boto3.client("dynamodb")
sources = read_sources(os.environ["SOURCES"])
TABLE = os.environ["CASES_TABLE"]
gallery = Gallery(s3=boto3.client("s3"), dynamodb=dynamodb, bucket=os.environ["GALLERY_BUCKET"], table=TABLE, now=now)
withdrawal = Withdrawal(
    gallery=gallery,
    leases=Leases(dynamodb=dynamodb, table=TABLE, now=now),
    faces=FaceCollections(
        rekognition=boto3.client("rekognition", config=NO_RETRIES),
        dynamodb=dynamodb,
        table=TABLE,
        deployed=os.environ["FACE_COLLECTION"],
    ),
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """One case failing never stops the others: only its own message is delivered again."""
    return process_partial_response(event, record_handler=fetch, processor=processor, context=context)


def fetch(record: SQSRecord) -> None:
    """Fetch one case, and withdraw it if its source says that it is closed."""
    reference = msgspec.json.decode(record.body, type=CaseReference)
    outcome = fetcher(reference.source).fetch(reference)
    metrics.add_metric(name=outcome.value, unit=MetricUnit.Count, value=1)
    if outcome.withdrawn_as is not None:
        withdrawal.withdraw(reference.case_id, outcome.withdrawn_as, source_modified=reference.modified)


def shared_pace(source: str, per_second: float) -> SharedPace:
    """The source's rate holds for all workers together."""
    return SharedPace(dynamodb=dynamodb, table=TABLE, name=source, per_second=per_second)


@functools.cache
def fetcher(source: str) -> CaseFetcher:
    """One client a source, so that its pace and its connection outlast the message."""
    return CaseFetcher(source=open_source(source, sources, s3=gallery.s3, pace=shared_pace), gallery=gallery)
