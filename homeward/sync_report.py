"""Runs of a sync as an operator sees them: what came of each source, as text, as JSON and as an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from homeward.options import FAILED, REFUSED, console, messages
from homeward.progress import progress
from lambdas.downloads.errors import SourceError
from lambdas.ingest.gallery.lease import LeaseBusyError
from lambdas.ingest.sync import SafetyStopError, SourceDownError
from lambdas.ingest.sync_runs import SyncRunningError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.ingest.sync import Sync, SyncPhase

FAILURES = (SourceError, SourceDownError, LeaseBusyError)
REFUSALS = (SafetyStopError, SyncRunningError)


def run(sync: Sync, *, allow_removals: bool) -> tuple[dict[str, Any], int]:
    """Run a sync with its progress shown; its report, and the exit code that it deserves."""
    code = 0
    with progress(f"{sync.source}: listing") as advance:

        def show_progress(phase: SyncPhase, case_id: str, outcome: str) -> None:
            advance(f"{phase.value} {case_id} {outcome}", total=sync.report.to_fetch)

        sync.on_progress = show_progress
        try:
            sync.run(allow_removals=allow_removals)
        except FAILURES as error:
            sync.report.error, code = str(error), FAILED
        except REFUSALS as error:
            sync.report.error, code = str(error), REFUSED
    return msgspec.to_builtins(sync.report), code or exit_code(msgspec.to_builtins(sync.report))


def preview(sync: Sync) -> dict[str, Any]:
    """List the source and say what a run would do; nothing is fetched or written, and no run is kept from starting."""
    with progress(f"{sync.source}: listing") as advance:
        plan = sync.plan()
        to_fetch = []
        for reference in plan:
            to_fetch.append(reference.case_id)
            advance(f"{sync.source}: listing {plan.listed}")
    return {
        "source": sync.source,
        "listed": plan.listed,
        "open_cases": plan.open_cases,
        "to_fetch": to_fetch,
        "vanished": [reference.case_id for reference in plan.vanished],
    }


def exit_code(report: Mapping[str, Any]) -> int:
    """That of a run that came to its end: one that could not fetch a case has not done all of it."""
    return FAILED if report["failed"] or report["error"] else 0


def show(report: Mapping[str, Any]) -> None:
    """Print a report in one line, and what went wrong on standard error."""
    source = report["source"]
    # A run in the cloud counts what became of the cases in its metrics only.
    outcomes = ", ".join(f"{count} {_words(outcome)}" for outcome, count in report["outcomes"].items())
    done = report["to_fetch"] - report["failed"]
    fetched = outcomes or (f"{done} fetched" if report["to_fetch"] else "nothing to fetch")
    closed = f"{report['removed']} closed with {report['encounters_withdrawn']} unreviewed encounters"
    console.print(f"{source}: {report['listed']} listed; {fetched}; {closed}", soft_wrap=True)
    if report["failed"]:
        messages.print(f"homeward: {report['failed']} cases of {source} could not be fetched; sync again", style="red")
    if report["error"]:
        messages.print(f"homeward: {report['error']}", style="red", soft_wrap=True)


def show_preview(preview: Mapping[str, Any]) -> None:
    """Print what a run would do."""
    vanished = preview["vanished"]
    line = f"{preview['source']}: {preview['listed']} listed; would fetch {len(preview['to_fetch'])}"
    gone = f", and ask for {len(vanished)} of {preview['open_cases']} open cases that are not listed any more"
    console.print(line + (f"{gone}: {', '.join(vanished)}" if vanished else ""), soft_wrap=True)


def _words(outcome: str) -> str:
    """`CasesStored` is stored."""
    return outcome.removeprefix("Cases").lower()
