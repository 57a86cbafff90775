"""Acknowledge an encounter and decide on it. Each conditional write shares a transaction with its audit record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import backoff_s, transact
from lambdas.encounters import review_updates
from lambdas.encounters.encounter import Encounter, Review
from lambdas.encounters.table import read_encounter, read_item
from lambdas.encounters.window import count_dismissal, window_key, window_of
from lambdas.review.audit import Audit, AuditKind, Via

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.review.pictures import Pictures

VERDICTS = frozenset({Review.CONFIRMED, Review.DISMISSED, Review.UNDECIDED})
_REASONS_OVER = {
    Review.WITHDRAWN: "its case was closed",
    Review.EXPIRED: "nobody decided in time, and its pictures are deleted",
}
_ATTEMPTS = 12


class ReviewError(RuntimeError):
    """The encounter cannot take the verdict. The message says why."""


class NoEncounterError(ReviewError):
    """No encounter has this id."""


class EncounterOverError(ReviewError):
    """The encounter is withdrawn or expired, and takes no verdict any more."""


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The encounters table, the audit, and the pictures that a verdict keeps or deletes.

    `kept_for` is how long an encounter is kept that is not confirmed.
    """

    dynamodb: DynamoDBClient
    table: str
    audit: Audit
    pictures: Pictures
    kept_for: timedelta
    pause: Callable[[float], None] = time.sleep

    def acknowledge(self, encounter_id: str, *, by: str, at: datetime, via: Via) -> bool:
        """Acknowledge an encounter; False if it was acknowledged or decided before. The first acknowledgment wins.

        Raises:
            NoEncounterError: no encounter has this id.
            EncounterOverError: the encounter is withdrawn or expired.
        """
        acknowledged = {"Update": review_updates.acknowledge(self.table, encounter_id, by=by, at=at)}
        audit = self.audit.write(encounter_id, AuditKind.ACKNOWLEDGED, by=by, at=at, via=via)
        if transact(self.dynamodb, acknowledged, audit):
            return True
        self.read(encounter_id)
        return False

    def decide(
        self, encounter_id: str, verdict: Review, *, by: str, at: datetime, via: Via, note: str | None = None
    ) -> bool:
        """Give or change a verdict, then settle the pictures; False if the encounter had this verdict before.

        Idempotent: giving the same verdict again finishes the steps that a crash left undone.

        Raises:
            ValueError: not a valid verdict.
            NoEncounterError: no encounter has this id.
            EncounterOverError: the encounter is withdrawn or expired.
            ReviewError: the encounter or its window changed during every attempt.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"{verdict.value} is not a verdict: use {', '.join(sorted(VERDICTS))}")
        changed = self._record(encounter_id, verdict, by=by, at=at, via=via, note=note)
        self.pictures.settle(encounter_id)
        return changed

    def read(self, encounter_id: str) -> Encounter:
        """Read an encounter that can still take a verdict.

        Raises:
            NoEncounterError: no encounter has this id.
            EncounterOverError: the encounter is withdrawn or expired.
        """
        encounter = read_encounter(self.dynamodb, table=self.table, encounter_id=encounter_id)
        if encounter is None:
            raise NoEncounterError(f"there is no encounter {encounter_id}")
        if encounter.review in _REASONS_OVER:
            why = _REASONS_OVER[encounter.review]
            raise EncounterOverError(f"encounter {encounter_id} is {encounter.review.value}: {why}")
        return encounter

    def _record(self, encounter_id: str, verdict: Review, *, by: str, at: datetime, via: Via, note: str | None) -> bool:
        """Write the verdict; False if the encounter had it before."""
        for attempt in range(_ATTEMPTS):
            encounter = self.read(encounter_id)
            if encounter.review is verdict:
                return False
            audit = self.audit.write(encounter_id, AuditKind(verdict.value), by=by, at=at, via=via, note=note)
            if transact(self.dynamodb, *self._writes(encounter, verdict, by=by, at=at), audit):
                return True
            self.pause(backoff_s(attempt))
        raise ReviewError(f"encounter {encounter_id} changed during all {_ATTEMPTS} attempts; try again")

    def _writes(self, encounter: Encounter, verdict: Review, *, by: str, at: datetime) -> list[dict[str, Any]]:
        """Build the updates of the encounter and, if a dismissal is made or taken back, of its window."""
        expires_at = int((at + self.kept_for).timestamp())
        decided = review_updates.decide(self.table, encounter, verdict, by=by, at=at, expires_at=expires_at)
        if Review.DISMISSED not in {verdict, encounter.review}:
            return [{"Update": decided}]
        key = window_key(encounter.case_id, encounter.camera)
        window = window_of(read_item(self.dynamodb, table=self.table, key=key))
        dismissed = verdict is Review.DISMISSED
        counted = count_dismissal(self.table, window, encounter, dismissed=dismissed, at=at, expires_at=expires_at)
        return [{"Update": decided}, {"Update": counted}]
