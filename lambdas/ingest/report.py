"""What a sync tells its caller: its progress, its report, and the errors that stop it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec


class SyncPhase(StrEnum):
    """The phase of a sync."""

    FETCH = "fetch"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class OnProgress(Protocol):
    """A callback for the progress of a sync."""

    def __call__(self, phase: SyncPhase, case_id: str, outcome: str) -> None:
        """Handle the outcome of one case."""


class SafetyStopError(RuntimeError):
    """The sync would remove too many cases, which suggests a fault at the source. Nothing was removed."""


class SourceDownError(RuntimeError):
    """The source stopped answering. The fetched cases stay, and the next sync continues."""


class SyncReport(msgspec.Struct, kw_only=True):
    """The result of a sync. `outcomes` counts by CaseOutcome; `complete` means that no case failed.

    `quarantined` counts the cases that this run put into quarantine; `quarantined_cases` has the reasons of the first.
    `to_fetch` counts the new, changed and vanished cases. It is set before the first fetch.
    """

    source: str
    started_at: str
    listed: int = 0
    to_fetch: int = 0
    outcomes: dict[str, int] = {}
    failed: int = 0
    quarantined: int = 0
    quarantined_cases: dict[str, str] = {}
    vanished: int = 0
    removed: int = 0
    encounters_withdrawn: int = 0
    complete: bool = False
    error: str | None = None
