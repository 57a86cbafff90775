"""Bring the gallery into step with one source: list, fetch what differs, confirm what vanished, withdraw what closed.

Its steps are methods, so that a Step Functions state machine runs the same code as the command line does. All state is
in the cases table: a sync that was killed at any point is continued by starting another.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.common.times import to_text
from lambdas.downloads.errors import SourceError, UnavailableError
from lambdas.ingest.fetch_case import IncompleteCaseError
from lambdas.ingest.plan import Plan, known_cases

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lambdas.ingest.closed_encounters import ClosedEncounters
    from lambdas.ingest.fetch_case import CaseFetcher, CaseOutcome
    from lambdas.ingest.gallery.withdraw import Withdrawal
    from lambdas.ingest.sources.protocol import CaseReference
    from lambdas.ingest.sync_runs import SyncRuns

# So few removals are never stopped, however small the gallery.
_ALWAYS_REMOVABLE = 5
# So many cases in a row that the source does not give: it is down, and to ask on would not be polite.
_FAILURES_IN_A_ROW = 5

logger = logging.getLogger(__name__)


class SyncPhase(StrEnum):
    """What a sync is at."""

    FETCH = "fetch"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class OnProgress(Protocol):
    """Somebody who is told how a sync goes on."""

    def __call__(self, phase: SyncPhase, case_id: str, outcome: str) -> None:
        """One case is dealt with."""


class SafetyStopError(RuntimeError):
    """So many cases would be removed that something is probably wrong; nothing was removed."""


class SourceDownError(RuntimeError):
    """The source stopped answering; what was fetched stays, and the next sync goes on from there."""


class SyncReport(msgspec.Struct, kw_only=True):
    """What a sync did. `outcomes` counts by CaseOutcome; `complete` says that the source gave all of it.

    `to_fetch` counts the cases that are new, changed or vanished; it is known before the first of them is fetched.
    """

    source: str
    started_at: str
    listed: int = 0
    to_fetch: int = 0
    outcomes: dict[str, int] = {}
    failed: int = 0
    vanished: int = 0
    removed: int = 0
    encounters_withdrawn: int = 0
    complete: bool = False
    error: str | None = None


@dataclass(kw_only=True)
class Sync:
    """One run over one source.

    Args:
        fetcher: the source and the gallery.
        withdrawal: from the same gallery.
        runs: keeps overlapping runs apart.
        owner: names this run; `this_process()` on a command line, the execution's name in Step Functions.
        max_removed_percent: of the source's open cases; beyond it, and beyond five cases, nothing is removed.
        on_progress: called after each case.
        encounters: those of the same deployment, so that the open ones of a closed case go with it.
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

    def __post_init__(self) -> None:
        self.report = SyncReport(source=self.source, started_at=to_text(self.fetcher.gallery.now()))

    @property
    def source(self) -> str:
        """The source's name."""
        return self.fetcher.source.name

    def run(self, *, allow_removals: bool = False) -> SyncReport:
        """All of it, in this process.

        Raises:
            SyncRunningError: another run has the source.
            SafetyStopError: more cases would be removed than may be; say `allow_removals` if that is right.
            SourceDownError, SourceError: the source broke off; nothing was removed.
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
        except (SourceError, SourceDownError, SafetyStopError) as error:
            self.report.error = str(error)
            raise
        finally:
            self.runs.end(self.source, self.owner, self.report)
        return self.report

    def plan(self) -> Plan:
        """The cases to fetch, not listed yet; iterating lists them."""
        gallery = self.fetcher.gallery
        known = known_cases(gallery.dynamodb, table=gallery.table, source=self.source)
        return Plan(source=self.source, listing=self.fetcher.source.list_cases(), known=known, now=gallery.now())

    def fetch_all(self, references: Iterable[CaseReference], phase: SyncPhase = SyncPhase.FETCH) -> None:
        """Fetch case by case; one that fails never stops the others, five in a row do.

        Raises:
            SourceDownError: the source gave none of five cases in a row.
        """
        in_a_row = 0
        for reference in references:
            outcome = self.fetch_one(reference)
            self._count(reference, outcome)
            self.on_progress(phase, reference.case_id, outcome.value if outcome else "failed")
            in_a_row = 0 if outcome else in_a_row + 1
            if in_a_row >= _FAILURES_IN_A_ROW:
                raise SourceDownError(f"{self.source} gave none of {in_a_row} cases in a row; sync again later")

    def fetch_one(self, reference: CaseReference) -> CaseOutcome | None:
        """Fetch one case, and mark it if its source has closed it; None where the source does not give it now."""
        self._renew()
        try:
            outcome = self.fetcher.fetch(reference)
        except (UnavailableError, IncompleteCaseError) as error:
            logger.warning("A case could not be fetched", extra={"case_id": reference.case_id, "reason": str(error)})
            return None
        if outcome.withdrawn_as is not None:
            self.fetcher.gallery.mark_closing(
                reference.case_id, outcome.withdrawn_as, source_modified=reference.modified
            )
        return outcome

    def check_removals(self, count: int, open_cases: int, *, allow: bool) -> None:
        """Stop before the first removal if there would be too many.

        Raises:
            SafetyStopError: see there.
        """
        most = max(_ALWAYS_REMOVABLE, open_cases * self.max_removed_percent / 100)
        if count > most and not allow:
            raise SafetyStopError(
                f"{count} of {open_cases} open cases of {self.source} would be removed, more than "
                f"{self.max_removed_percent:g} %; nothing was. If the source is right, sync again and allow removals"
            )

    def withdraw_closing(self, open_cases: int, *, allow: bool = False) -> None:
        """Withdraw every case that was found closed, by this run or by one that broke off.

        Raises:
            SafetyStopError: too many are.
        """
        closing = list(self.fetcher.gallery.closing_cases(self.source))
        self.check_removals(len(closing), open_cases, allow=allow)
        for case_id, status, modified in closing:
            # A listing that still has a removed case must be able to bring it back; a resolved one it may keep listing.
            marker = modified if status is CaseStatus.RESOLVED else None
            self.withdrawal.withdraw(case_id, status, source_modified=marker)
            self._renew()
            self.report.removed += 1
            self.on_progress(SyncPhase.WITHDRAW, case_id, status.value)
        if self.encounters is not None:
            self.report.encounters_withdrawn = self.encounters.withdraw()

    def _count(self, reference: CaseReference, outcome: CaseOutcome | None) -> None:
        if outcome is None:
            self.report.failed += 1
            self.unfetched.add(reference.case_id)
        else:
            self.report.outcomes[outcome.value] = self.report.outcomes.get(outcome.value, 0) + 1

    def _renew(self) -> None:
        """Once a minute is enough for a lease of half an hour."""
        now = self.fetcher.gallery.now()
        if self._renewed_at is None or now - self._renewed_at > timedelta(minutes=1):
            self.runs.renew(self.source, self.owner)
            self._renewed_at = now
