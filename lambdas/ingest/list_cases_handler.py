"""The list-cases function: on a schedule, or invoked with {"sources": ["namus"]}; fills the queue of cases."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.common.times import now
from lambdas.ingest.open_source import open_source
from lambdas.ingest.plan import Plan, known_cases
from lambdas.ingest.settings import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

    from lambdas.ingest.source import CaseReference

logger = Logger()
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
sources = read_sources(os.environ["SOURCES"])
TABLE = os.environ["CASES_TABLE"]
QUEUE_URL = os.environ["CASE_QUEUE_URL"]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, dict[str, int]]:
    """Answers how many cases each source lists, and how many of them are to be fetched or looked for."""
    return {name: list_cases(name) for name in event.get("sources") or sources.enabled}


def list_cases(name: str) -> dict[str, int]:
    """A listing that breaks off raises; what it gave until then is in the queue, and nothing counts as vanished."""
    known = known_cases(dynamodb, table=TABLE, source=name)
    plan = Plan(source=name, listing=open_source(name, sources).list_cases(), known=known, now=now())
    fetched = enqueue(plan)
    looked_for = enqueue(plan.vanished)
    metrics.add_metric(name="CasesListed", unit=MetricUnit.Count, value=plan.listed)
    return {"listed": plan.listed, "to_fetch": fetched, "to_look_for": looked_for}


def enqueue(references: Iterable[CaseReference]) -> int:
    """Put the references in the queue, ten a request, and count them."""
    count = 0
    remaining = iter(references)
    while batch := list(itertools.islice(remaining, 10)):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(at), "MessageBody": msgspec.json.encode(case).decode()} for at, case in enumerate(batch)
        ]
        failed = sqs.send_message_batch(QueueUrl=QUEUE_URL, Entries=entries).get("Failed", [])
        if failed:
            raise RuntimeError(f"the queue refused {len(failed)} of {len(entries)} cases: {failed[0].get('Message')}")
        count += len(entries)
    return count
