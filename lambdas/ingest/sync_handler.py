"""The sync function: the steps of the state machine that syncs the gallery with one source.

Each event names its `step` and the `source`. `run` names the execution, so that a retried step continues its own run.

    {"step": "plan", "source": "namus", "run": "..."}     list; returns counts and the S3 key of the cases to fetch
    {"Items": [{"step": "fetch", "run": "...", **CASE}, ...]}     fetch a batch; the event may also be one such item
    {"step": "keep_reason", "batch": INPUT_OF_FETCH, "error": "..."}          record why a batch failed
    {"step": "withdraw", "source": ..., "run": ..., "plan": RESULT_OF_PLAN}   withdraw closed cases and end the run
    {"step": "fail", "source": ..., "run": ..., "error": "..."}               end a run after an error

The console asks for one more, outside any run:

    {"step": "close", "case_id": "namus:MP900101", "status": "resolved"}      close a case by hand
"""

from __future__ import annotations

import contextlib
import functools
import os
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.common.keys import plan_key
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.ingest.gallery.wiring import open_gallery, open_withdrawal, shared_pace
from lambdas.ingest.resources import FunctionResources
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sources.protocol import CaseReference
from lambdas.ingest.sources.settings import read_sources
from lambdas.ingest.sync_runs import SyncRunningError
from lambdas.ingest.wiring import open_encounters, open_sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.ingest.sources.protocol import Source
    from lambdas.ingest.sync import Sync

metrics = Metrics()
resources = FunctionResources()
sources = read_sources(os.environ["SOURCES"])
_MAX_REASON = 2_000
MAX_REMOVED_PERCENT = float(os.environ["MAX_REMOVED_PERCENT"])


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step. The state machine passes its result on."""
    return STEPS[_items(event)[0]["step"]](event)


def plan(event: dict[str, Any]) -> dict[str, Any]:
    """List the source and write the cases to fetch to the gallery bucket, where the Distributed Map reads them.

    Raises:
        SyncRunningError: another run holds the source.
        SafetyStopError: too many cases vanished.
        SourceError: the listing failed, so nothing may be concluded from it.
    """
    run = sync(event["source"], event["run"])
    run.runs.begin(run.source, run.owner)
    planned = run.plan()
    cases = list(planned)
    run.check_removals(len(planned.vanished), planned.open_cases, allow=bool(event.get("allow_removals")))
    bucket, key = resources["GalleryBucket"], plan_key(run.source)
    body = msgspec.json.encode([*cases, *planned.vanished])
    resources.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    metrics.count("CasesListed", planned.listed)
    return {
        "bucket": bucket,
        "key": key,
        "to_fetch": len(cases) + len(planned.vanished),
        "listed": planned.listed,
        "vanished": len(planned.vanished),
        "open_cases": planned.open_cases,
    }


def fetch(event: dict[str, Any]) -> dict[str, Any]:
    """Fetch a batch of cases. The next sync fetches those that fail.

    The failed cases go to the run's record, not to the result: the results of all batches of a national source would
    approach the limit of 256 KB between states.

    Raises:
        SourceDownError: the source failed for five cases in a row.
    """
    references = msgspec.convert(_items(event), type=list[CaseReference])
    run = sync(references[0].source, _items(event)[0]["run"])
    run.fetch_all(references)
    run.runs.add_unfetched(run.source, run.owner, run.unfetched)
    for outcome, count in run.report.outcomes.items():
        metrics.count(outcome, count)
    return {"outcomes": run.report.outcomes, "failed": run.report.failed}


def keep_reason(event: dict[str, Any]) -> dict[str, Any]:
    """Record why a batch failed, for the report of the run: the Map's own error does not say."""
    first = _items(event["batch"])[0]
    run = sync(first["source"], first["run"])
    run.runs.keep_reason(run.source, run.owner, str(event["error"])[:_MAX_REASON])
    return {}


def withdraw(event: dict[str, Any]) -> dict[str, Any]:
    """Withdraw every case that was found closed, and end the run.

    Raises:
        SafetyStopError: too many cases are closed.
    """
    run = sync(event["source"], event["run"])
    planned = event["plan"]
    run.report.listed, run.report.vanished = planned["listed"], planned["vanished"]
    run.report.to_fetch = planned["to_fetch"]
    run.withdraw_closing(planned["open_cases"], allow=bool(event.get("allow_removals")))
    run.report_quarantine(since=run.runs.started_at(run.source))
    run.report.failed = len(run.runs.unfetched(run.source))
    run.report.complete = run.report.failed == 0
    run.runs.end(run.source, run.owner, run.report)
    metrics.count("CasesRemoved", run.report.removed)
    return {"removed": run.report.removed, "failed": run.report.failed}


def fail(event: dict[str, Any]) -> dict[str, Any]:
    """End the run and release the source after a step failed."""
    run = sync(event["source"], event["run"])
    run.report.error = run.runs.kept_reason(run.source, run.owner) or str(event["error"])[:_MAX_REASON]
    # A run that found the source held by another has nothing to release. The caller needs the original error.
    with contextlib.suppress(SyncRunningError):
        run.runs.end(run.source, run.owner, run.report)
    metrics.count("SyncsFailed")
    return {"error": run.report.error}


def close(event: dict[str, Any]) -> dict[str, Any]:
    """Close a case: delete its faces and photos, and withdraw its encounters without a verdict.

    Raises:
        ValueError: the status does not close a case, or there is no such case.
    """
    case_id, status = str(event["case_id"]), CaseStatus(event["status"])
    record = open_gallery(resources).case_record(case_id)
    if status is CaseStatus.OPEN or record is None:
        raise ValueError(f"{case_id} cannot be closed as {status.value}")
    open_withdrawal(resources).withdraw(case_id, status, source_modified=record.get("source_modified"))
    return {"unreviewed_encounters": open_encounters(resources).withdraw()}


def _items(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the batch that a Distributed Map passes, or the event itself as the only item."""
    items: list[dict[str, Any]] = event.get("Items") or [event]
    return items


def sync(source: str, run: str) -> Sync:
    """Build the sync of a source in this run."""
    return open_sync(resources, opened(source), owner=run, max_removed_percent=MAX_REMOVED_PERCENT)


@functools.cache
def opened(source: str) -> Source:
    """Open a source once a container, so that its pace and its connection outlast a step."""
    return open_source(source, sources, s3=resources.client("s3"), pace=functools.partial(shared_pace, resources))


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "plan": plan,
    "fetch": fetch,
    "keep_reason": keep_reason,
    "withdraw": withdraw,
    "fail": fail,
    "close": close,
}
