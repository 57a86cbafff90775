"""Sync the gallery with one source: list, fetch what changed, confirm what vanished, withdraw what closed.

Each step is a method, so that the Step Functions state machine and the command line run the same code. All state is in
the cases table, so a new sync continues one that was interrupted.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.common.outside_text import reason_line
from lambdas.common.times import to_text
from lambdas.downloads.errors import SourceError, UnavailableError
from lambdas.downloads.outages import is_outage
from lambdas.ingest.failures import reason_of
from lambdas.ingest.fetch_case import CaseOutcome
from lambdas.ingest.fetch_photos import IncompleteCaseError
from lambdas.ingest.plan import Plan, known_cases
from lambdas.ingest.report import SafetyStopError, SourceDownError, SyncPhase, SyncReport

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lambdas.ingest.closed_encounters import ClosedEncounters
    from lambdas.ingest.fetch_case import CaseFetcher
    from lambdas.ingest.gallery.withdraw import Withdrawal
    from lambdas.ingest.report import OnProgress
    from lambdas.ingest.sources.protocol import CaseReference
    from lambdas.ingest.sync_runs import SyncRuns

# The safety stop always allows this many removals, however small the gallery is.
_ALWAYS_REMOVABLE = 5
# After this many failures in a row the source counts as down, and more requests would be impolite.
_MAX_FAILURES_IN_A_ROW = 5
_MAX_REPORTED = 100  # of the cases in quarantine

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Sync:
    """One run over one source.

    Args:
        fetcher: the source and the gallery.
        withdrawal: withdraws cases from the same gallery.
        runs: the leases that prevent overlapping runs.
        owner: the name of this run: `this_process()` on a command line, the execution's name in Step Functions.
        max_removed_percent: the safety stop, in percent of the source's open cases; five removals are always allowed.
        on_progress: called after each case.
        encounters: withdraws the encounters of closed cases; None withdraws none.
    """

    fetcher: CaseFetcher
    withdrawal: Withdrawal
    runs: SyncRuns
    owner: str
    max_removed_percent: float = 10.0
    on_progress: OnProgress = lambda phase, case_id, outcome: None  # noqa: ARG005 - the default does nothing
    encounters: ClosedEncounters | None = None
    report: SyncReport = field(init=False)
    unfetched: set[str] = field(default_factory=set, init=False)
    _renewed_at: datetime | None = None
    _last_reason: str = ""

    def __post_init__(self) -> None:
        self.report = SyncReport(source=self.source, started_at=to_text(self.fetcher.gallery.now()))

    @property
    def source(self) -> str:
        """The source's name."""
        return self.fetcher.source.name

    def run(self, *, allow_removals: bool = False) -> SyncReport:
        """Run all steps in this process.

        Raises:
            SyncRunningError: another run holds the source.
            SafetyStopError: too many cases would be removed. If that is right, pass `allow_removals`.
            SourceDownError, SourceError: the source failed. Nothing was removed.
        """
        self.runs.begin(self.source, self.owner)
        try:
            plan = self.plan()
            changed = list(plan)
            self.report.listed, self.report.vanished = plan.listed, len(plan.vanished)
            self.report.to_fetch = len(changed) + len(plan.vanished)
            self.check_removals(len(plan.vanished), plan.open_cases, allow=allow_removals)
            self.fetch_all(changed)
            self.fetch_all(plan.vanished, SyncPhase.CONFIRM)
            self.withdraw_closing(plan.open_cases, allow=allow_removals)
            self.report.complete = self.report.failed == 0
            self._report_own_quarantine()
        except (SourceError, SourceDownError, SafetyStopError) as error:
            self.report.error = str(error)
            self._report_own_quarantine()
            raise
        finally:
            self.runs.end(self.source, self.owner, self.report)
        return self.report

    def plan(self) -> Plan:
        """Plan the sync. Iterating the plan lists the source."""
        gallery = self.fetcher.gallery
        known = known_cases(gallery.dynamodb, table=gallery.table, source=self.source)
        return Plan(source=self.source, listing=self.fetcher.source.list_cases(), known=known, now=gallery.now())

    def fetch_all(self, references: Iterable[CaseReference], phase: SyncPhase = SyncPhase.FETCH) -> None:
        """Fetch the cases one by one. A failed case does not stop the others, but five failures in a row do.

        Raises:
            SourceDownError: the source failed for five cases in a row.
        """
        in_a_row = 0
        for reference in references:
            outcome = self.fetch_one(reference)
            self._count(reference, outcome)
            self.on_progress(phase, reference.case_id, outcome.value if outcome else "failed")
            in_a_row = 0 if outcome else in_a_row + 1
            if in_a_row >= _MAX_FAILURES_IN_A_ROW:
                raise SourceDownError(
                    f"{self.source} failed for {in_a_row} cases in a row; sync again later. The last reason: "
                    f"{self._last_reason}"
                )

    def fetch_one(self, reference: CaseReference) -> CaseOutcome | None:
        """Fetch one case, and mark it for withdrawal if its source has closed it. None if that failed."""
        self._renew()
        try:
            outcome = self.fetcher.fetch(reference)
            if outcome.closing_status is not None:
                self.fetcher.gallery.mark_closing(
                    reference.case_id, outcome.closing_status, source_modified=reference.modified
                )
        except (UnavailableError, IncompleteCaseError) as error:
            self._last_reason = str(error)
        except Exception as error:
            # Not even a quarantine was possible.
            if is_outage(error):
                raise
            self._last_reason = reason_of(error)
        else:
            return outcome
        extra = {"case_id": reference.case_id, "reason": reason_line(self._last_reason)}
        logger.warning("A case could not be fetched", extra=extra)
        return None

    def report_quarantine(self, *, since: str) -> None:
        """Report the cases that went to quarantine since this time: their number, and the first with their reasons."""
        found = self.fetcher.gallery.quarantined_cases(self.source, since=since)
        self.report.quarantined_cases = dict(itertools.islice(found, _MAX_REPORTED))
        self.report.quarantined = len(self.report.quarantined_cases) + sum(1 for _ in found)

    def check_removals(self, count: int, open_cases: int, *, allow: bool) -> None:
        """Stop before the first removal if there would be too many.

        Raises:
            SafetyStopError: `count` exceeds the maximum, and `allow` is False.
        """
        maximum = max(_ALWAYS_REMOVABLE, open_cases * self.max_removed_percent / 100)
        if count > maximum and not allow:
            raise SafetyStopError(
                f"{count} of {open_cases} open cases of {self.source} would be removed, more than "
                f"{self.max_removed_percent:g} %; nothing was removed. "
                "If the source is right, sync again and allow removals"
            )

    def withdraw_closing(self, open_cases: int, *, allow: bool = False) -> None:
        """Withdraw every case that this run, or an interrupted one, marked for withdrawal.

        Raises:
            SafetyStopError: too many cases are marked.
        """
        closing = list(self.fetcher.gallery.closing_cases(self.source))
        self.check_removals(len(closing), open_cases, allow=allow)
        for case_id, status, modified in closing:
            # A source may keep listing a resolved case. A removed case that it lists again is to be fetched again.
            marker = modified if status is CaseStatus.RESOLVED else None
            self.withdrawal.withdraw(case_id, status, source_modified=marker)
            self._renew()
            self.report.removed += 1
            self.on_progress(SyncPhase.WITHDRAW, case_id, status.value)
        if self.encounters is not None:
            self.report.encounters_withdrawn = self.encounters.withdraw()

    def _report_own_quarantine(self) -> None:
        if CaseOutcome.QUARANTINED in self.report.outcomes:
            self.report_quarantine(since=self.report.started_at)

    def _count(self, reference: CaseReference, outcome: CaseOutcome | None) -> None:
        if outcome is None:
            self.report.failed += 1
            self.unfetched.add(reference.case_id)
        else:
            self.report.outcomes[outcome.value] = self.report.outcomes.get(outcome.value, 0) + 1

    def _renew(self) -> None:
        """Renew the lease on the source, which lasts half an hour, once a minute."""
        now = self.fetcher.gallery.now()
        if self._renewed_at is None or now - self._renewed_at > timedelta(minutes=1):
            self.runs.renew(self.source, self.owner)
            self._renewed_at = now
