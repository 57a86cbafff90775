"""Run or preview a sync from the command line, and report it as text, JSON and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from edge_device.wording.counts import counted
from homeward.exit_codes import FAILED, REFUSED, UNUSABLE
from homeward.progress import progress
from homeward.terminal import console, warn
from lambdas.downloads.errors import SourceError
from lambdas.ingest.fetch_case import CaseOutcome
from lambdas.ingest.gallery.lease import LeaseBusyError
from lambdas.ingest.report import SafetyStopError, SourceDownError
from lambdas.ingest.sync_runs import SyncRunningError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.ingest.report import SyncPhase
    from lambdas.ingest.sync import Sync

FAILURES = (SourceError, SourceDownError, LeaseBusyError, OSError, MemoryError)
REFUSALS = (SafetyStopError, SyncRunningError)


def run(sync: Sync, *, allow_removals: bool, stored: list[str] | None = None) -> tuple[dict[str, Any], int]:
    """Run a sync with a progress bar, and return its report and exit code. The ids of stored cases go to `stored`."""
    code = 0
    with progress(f"{sync.source}: listing") as advance:

        def show_progress(phase: SyncPhase, case_id: str, outcome: str) -> None:
            advance(f"{phase.value} {case_id} {outcome}", total=sync.report.to_fetch)
            if stored is not None and outcome == CaseOutcome.STORED:
                stored.append(case_id)

        sync.on_progress = show_progress
        try:
            sync.run(allow_removals=allow_removals)
        except FAILURES as error:
            sync.report.error, code = str(error) or type(error).__name__, FAILED
        except REFUSALS as error:
            sync.report.error, code = str(error), REFUSED
    report = msgspec.to_builtins(sync.report)
    return report, code or exit_code(report)


def preview(sync: Sync) -> dict[str, Any]:
    """List the source and report what a sync would do. A preview takes no lock, and fetches and writes nothing."""
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
    """Return the exit code of a finished sync. A case that could not be fetched counts more than one in quarantine."""
    if report["failed"] or report["error"]:
        return FAILED
    return UNUSABLE if report.get("quarantined") else 0


def show(report: Mapping[str, Any]) -> None:
    """Print a report as one line, and its errors on standard error."""
    source = report["source"]
    # The report of a sync in the cloud has no outcomes; they are counted in its metrics.
    outcomes = ", ".join(f"{count} {_words(outcome)}" for outcome, count in report["outcomes"].items())
    done = report["to_fetch"] - report["failed"]
    fetched = outcomes or (f"{done} fetched" if report["to_fetch"] else "nothing to fetch")
    closed = f"{report['removed']} closed with {counted(report['encounters_withdrawn'], 'unreviewed encounter')}"
    console.print(f"{source}: {report['listed']} listed; {fetched}; {closed}", soft_wrap=True)
    _show_quarantine(report)
    if held := report.get("photos_held"):
        waiting = counted(held, f"photo of {source} waits", f"photos of {source} wait")
        warn(f"{waiting} for a person to choose the face; see: homeward doctor")
    if report["failed"]:
        warn(f"{counted(report['failed'], 'case')} of {source} could not be fetched; sync again", style="red")
    if report["error"]:
        warn(report["error"], style="red")


def _show_quarantine(report: Mapping[str, Any]) -> None:
    """Print the cases that this sync put into quarantine. A report of an older version has none."""
    named = report.get("quarantined_cases", {})
    for case_id, reason in named.items():
        warn(f"{case_id} is in quarantine: {reason}")
    if more := report.get("quarantined", 0) - len(named):
        source = report["source"]
        warn(counted(more, f"more case of {source} is in quarantine", f"more cases of {source} are in quarantine"))


def show_preview(preview: Mapping[str, Any]) -> None:
    """Print what a sync would do as one line."""
    vanished = preview["vanished"]
    line = f"{preview['source']}: {preview['listed']} listed; would fetch {len(preview['to_fetch'])}"
    open_cases = counted(preview["open_cases"], "open case")
    gone = f", and check {len(vanished)} of {open_cases} because the source no longer lists them"
    console.print(line + (f"{gone}: {', '.join(vanished)}" if vanished else ""), soft_wrap=True)


def _words(outcome: str) -> str:
    """`CasesStored` becomes `stored`."""
    return outcome.removeprefix("Cases").lower()
