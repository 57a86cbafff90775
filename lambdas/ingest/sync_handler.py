"""The sync function: the steps of the state machine that keeps the gallery in step with one source.

Each event names its `step` and the `source`; `run` names the execution, so that a retried step goes on with its own.

    {"step": "plan", "source": "namus", "run": "..."}     lists; answers with the key of the cases to fetch, and counts
    {"Items": [{"step": "fetch", "run": "...", **CASE}, ...]}  fetches a few of them; also one as the event itself
    {"step": "withdraw", "source": ..., "run": ..., "plan": ANSWER_OF_PLAN}   withdraws what closed, and ends the run
    {"step": "fail", "source": ..., "run": ..., "error": "..."}               ends a run that something stopped
"""

from __future__ import annotations

import contextlib
import functools
import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.downloads.shared_pace import SharedPace
from lambdas.ingest.closed_encounters import ClosedEncounters
from lambdas.ingest.fetch_case import CaseFetcher
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.faces import NO_RETRIES
from lambdas.ingest.gallery.lease import Leases
from lambdas.ingest.gallery.storage import Gallery
from lambdas.ingest.gallery.withdraw import Withdrawal
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sources.settings import read_sources
from lambdas.ingest.sources.source import CaseReference
from lambdas.ingest.sync import Sync
from lambdas.ingest.sync_runs import SyncRunningError, SyncRuns

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

metrics = Metrics()
s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")
sources = read_sources(os.environ["SOURCES"])
MAX_REMOVED_PERCENT = float(os.environ["MAX_REMOVED_PERCENT"])
TABLE = os.environ["CASES_TABLE"]
gallery = Gallery(s3=s3, dynamodb=dynamodb, bucket=os.environ["GALLERY_BUCKET"], table=TABLE, now=now)
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


encounters = ClosedEncounters(
    s3=s3,
    dynamodb=dynamodb,
    bucket=os.environ["DETECTION_BUCKET"],
    encounters_table=os.environ["ENCOUNTERS_TABLE"],
    cases_table=TABLE,
    now=now,
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One step; what it answers is the state machine's to pass on."""
    return STEPS[_items(event)[0]["step"]](event)


def plan(event: dict[str, Any]) -> dict[str, Any]:
    """List the source and write what is to be fetched to the gallery bucket, for the Distributed Map to read.

    Raises:
        SyncRunningError: another run has the source.
        SafetyStopError: too many cases vanished.
        SourceError: the listing broke off; nothing may be concluded from it.
    """
    run = sync(event["source"], event["run"])
    run.runs.begin(run.source, run.owner)
    planned = run.plan()
    cases = list(planned)
    run.check_removals(len(planned.vanished), planned.open_cases, allow=bool(event.get("allow_removals")))
    key = f"syncs/{run.source}/plan.json"
    s3.put_object(Bucket=gallery.bucket, Key=key, Body=msgspec.json.encode([*cases, *planned.vanished]))
    metrics.count("CasesListed", planned.listed)
    return {
        "bucket": gallery.bucket,
        "key": key,
        "to_fetch": len(cases) + len(planned.vanished),
        "listed": planned.listed,
        "vanished": len(planned.vanished),
        "open_cases": planned.open_cases,
    }


def fetch(event: dict[str, Any]) -> dict[str, Any]:
    """Fetch some cases; one that the source does not give now is noted, and fetched by the next sync.

    It is noted in the run's record, since what the batches answer does not reach the end of the state machine: for a
    national source that would be near the 256 KB that may go from state to state.

    Raises:
        SourceDownError: the source gave none of five in a row.
    """
    references = msgspec.convert(_items(event), type=list[CaseReference])
    run = sync(references[0].source, _items(event)[0]["run"])
    run.fetch_all(references)
    run.runs.note_unfetched(run.source, run.owner, run.unfetched)
    for outcome, count in run.report.outcomes.items():
        metrics.count(outcome, count)
    return {"outcomes": run.report.outcomes, "failed": run.report.failed}


def withdraw(event: dict[str, Any]) -> dict[str, Any]:
    """Withdraw every case that was found closed, and end the run.

    Raises:
        SafetyStopError: too many are.
    """
    run = sync(event["source"], event["run"])
    planned = event["plan"]
    run.report.listed, run.report.vanished = planned["listed"], planned["vanished"]
    run.report.to_fetch = planned["to_fetch"]
    run.withdraw_closing(planned["open_cases"], allow=bool(event.get("allow_removals")))
    run.report.failed = len(run.runs.unfetched(run.source))
    run.report.complete = run.report.failed == 0
    run.runs.end(run.source, run.owner, run.report)
    metrics.count("CasesRemoved", run.report.removed)
    return {"removed": run.report.removed, "failed": run.report.failed}


def fail(event: dict[str, Any]) -> dict[str, Any]:
    """Let go of the source after a step failed."""
    run = sync(event["source"], event["run"])
    run.report.error = str(event["error"])[:2_000]
    # A run that found the source taken has nothing to let go of, and its reason must not be covered by another.
    with contextlib.suppress(SyncRunningError):
        run.runs.end(run.source, run.owner, run.report)
    metrics.count("SyncsFailed")
    return {"error": run.report.error}


def _items(event: dict[str, Any]) -> list[dict[str, Any]]:
    """What a Distributed Map hands over in a batch, or the one item that the event is."""
    items: list[dict[str, Any]] = event.get("Items") or [event]
    return items


def sync(source: str, run: str) -> Sync:
    """The run of this name over a source."""
    return Sync(
        fetcher=fetcher(source),
        withdrawal=withdrawal,
        runs=SyncRuns(dynamodb=dynamodb, table=TABLE, now=now),
        owner=run,
        max_removed_percent=MAX_REMOVED_PERCENT,
        encounters=encounters,
    )


def shared_pace(source: str, per_second: float) -> SharedPace:
    """The source's rate holds for all workers together."""
    return SharedPace(dynamodb=dynamodb, table=TABLE, name=source, per_second=per_second)


@functools.cache
def fetcher(source: str) -> CaseFetcher:
    """One client a source, so that its pace and its connection outlast the step."""
    return CaseFetcher(source=open_source(source, sources, s3=s3, pace=shared_pace), gallery=gallery)


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "plan": plan,
    "fetch": fetch,
    "withdraw": withdraw,
    "fail": fail,
}
