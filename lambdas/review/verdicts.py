"""Acknowledge an encounter and decide on it. Each conditional write shares a transaction with its audit record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import backoff_s, transact
from lambdas.encounters import review_updates
from lambdas.encounters.encounter import Encounter, Review
from lambdas.encounters.look_alikes import counts, read_verdicts, record_verdict
from lambdas.encounters.table import read_encounter, read_item
from lambdas.encounters.window import count_dismissal, window_key, window_of
from lambdas.review.audit import Audit, AuditKind, Via
from lambdas.review.errors import EncounterOverError, NoEncounterError, ReviewError
from lambdas.review.four_eyes import (
    Decided,
    has_decided,
    names_of,
    others_opinions,
    outcome_of,
    own_opinion,
    with_opinion,
)
from lambdas.review.pictures import UNDO_TAKES
from lambdas.review.stand_down import stand_down_writes
from lambdas.review.undo import UNDO_FOR, settle_later

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


@dataclass(frozen=True, kw_only=True)
class Given:
    """A verdict that somebody gives."""

    verdict: Review
    by: str
    at: datetime
    via: Via
    note: str | None
    can_undo: bool
    is_supervisor: bool


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The encounters table, the audit, and the pictures that a verdict keeps or deletes.

    `kept_for` is how long an encounter is kept that is not confirmed. With `four_eyes`, two reviewers confirm. Who may
    not change pictures does not settle them: the review stack's function does it within minutes.
    """

    dynamodb: DynamoDBClient
    table: str
    audit: Audit
    pictures: Pictures
    kept_for: timedelta
    four_eyes: bool = False
    settles: bool = True
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
        self,
        encounter_id: str,
        verdict: Review,
        *,
        by: str,
        at: datetime,
        via: Via,
        note: str | None = None,
        can_undo: bool = False,
        is_supervisor: bool = False,
    ) -> Decided:
        """Give or change a verdict, then settle the pictures.

        Idempotent: giving the same verdict again finishes the steps that a crash left undone.

        Args:
            encounter_id: the encounter.
            verdict: confirmed, dismissed or undecided.
            by: who decides.
            at: the time of the verdict.
            via: the interface.
            note: the reason.
            can_undo: whether `undo` may take it back for some minutes. The pictures are kept until then.
            is_supervisor: whether this person decides what reviewers disagree on.

        Raises:
            ValueError: not a valid verdict.
            NoEncounterError: no encounter has this id.
            EncounterOverError: the encounter is withdrawn or expired.
            NeedsSupervisorError: two others disagree.
            ReviewError: the encounter or its window changed during every attempt.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"{verdict.value} is not a verdict: use {', '.join(sorted(VERDICTS))}")
        given = Given(verdict=verdict, by=by, at=at, via=via, note=note, can_undo=can_undo, is_supervisor=is_supervisor)
        decided = self._retry(encounter_id, lambda encounter: self._attempt(encounter, given))
        self._settle(encounter_id)
        return decided

    def undo(self, encounter_id: str, *, by: str, at: datetime, via: Via, is_supervisor: bool = False) -> None:
        """Take back one's own verdict or opinion. A supervisor may take back any verdict.

        Raises:
            NoEncounterError: no encounter has this id.
            EncounterOverError: the encounter is withdrawn or expired.
            ReviewError: there is nothing to undo, or the time for it is over.
        """

        def attempt(encounter: Encounter) -> Decided | None:
            writes = self._undo_writes(encounter, by=by, at=at, is_supervisor=is_supervisor)
            audit = self.audit.write(encounter_id, AuditKind.UNDONE, by=by, at=at, via=via)
            return Decided.RECORDED if transact(self.dynamodb, *writes, audit) else None

        self._retry(encounter_id, attempt)
        self._settle(encounter_id)

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

    def _settle(self, encounter_id: str) -> None:
        if self.settles:
            self.pictures.settle(encounter_id)

    def _retry(self, encounter_id: str, attempt: Callable[[Encounter], Decided | None]) -> Decided:
        """Read the encounter and attempt the change, until nobody else changes it in between."""
        for number in range(_ATTEMPTS):
            if decided := attempt(self.read(encounter_id)):
                return decided
            self.pause(backoff_s(number))
        raise ReviewError(f"encounter {encounter_id} changed during all {_ATTEMPTS} attempts; try again")

    def _attempt(self, encounter: Encounter, given: Given) -> Decided | None:
        """Write the verdict or the opinion; None if somebody else changed the encounter."""
        verdict, by, at = given.verdict, given.by, given.at
        if encounter.review is verdict:
            return Decided.AS_BEFORE
        decided = Decided.RECORDED
        if self.four_eyes:
            decided = outcome_of(encounter, verdict, by=by, is_supervisor=given.is_supervisor)
        if decided is Decided.AS_BEFORE:
            return decided
        kind, note = AuditKind(verdict.value), given.note
        if decided is Decided.RECORDED:
            writes = self._writes(encounter, given)
        else:
            opinions = with_opinion(encounter, verdict, by=by, at=at)
            writes = [{"Update": review_updates.change_opinions(self.table, encounter, opinions, at=at)}]
            kind, note = AuditKind.OPINION, f"{verdict.value}: {note}" if note else verdict.value
        audit = self.audit.write(encounter.encounter_id, kind, by=by, at=at, via=given.via, note=note)
        return decided if transact(self.dynamodb, *writes, audit) else None

    def _writes(self, encounter: Encounter, given: Given) -> list[dict[str, Any]]:
        """Build the updates of the encounter and, if a dismissal is made or taken back, of its window."""
        verdict, at = given.verdict, given.at
        expires_at = int((at + self.kept_for).timestamp())
        undo_until = at + UNDO_FOR if given.can_undo else None
        by = names_of(encounter, verdict, given.by)
        decided = review_updates.decide(
            self.table, encounter, verdict, by=by, at=at, expires_at=expires_at, undo_until=undo_until
        )
        writes = [{"Update": decided}, *self._count(encounter, verdict, at=at)]
        if verdict is Review.DISMISSED:
            writes += stand_down_writes(self.dynamodb, self.table, encounter, at=at)
        if not self.settles or (undo_until and verdict is Review.DISMISSED):
            due = undo_until + UNDO_TAKES if undo_until and verdict is Review.DISMISSED else at
            writes.append(settle_later(self.table, encounter.encounter_id, at=due))
        return writes

    def _undo_writes(self, encounter: Encounter, *, by: str, at: datetime, is_supervisor: bool) -> list[dict[str, Any]]:
        if encounter.opinions and own_opinion(encounter, by):
            others = others_opinions(encounter, by)
            return [{"Update": review_updates.change_opinions(self.table, encounter, others, at=at)}]
        if encounter.earlier is None or not encounter.can_be_undone(at):
            minutes = round(UNDO_FOR.total_seconds() / 60)
            raise ReviewError(f"a verdict can be undone for {minutes} minutes; give another verdict instead")
        if not is_supervisor and not has_decided(encounter, by):
            raise ReviewError(f"only {encounter.reviewed_by} or a supervisor can undo this verdict")
        expires_at = int((at + self.kept_for).timestamp())
        undone = review_updates.undo(self.table, encounter, expires_at=expires_at)
        later = [] if self.settles else [settle_later(self.table, encounter.encounter_id, at=at)]
        return [{"Update": undone}, *self._count(encounter, encounter.earlier.review, at=at), *later]

    def _count(self, encounter: Encounter, verdict: Review, *, at: datetime) -> list[dict[str, Any]]:
        """Build the updates of what is remembered of the case: at this camera, and at all of them."""
        expires_at = int((at + self.kept_for).timestamp())
        writes = []
        if Review.DISMISSED in {verdict, encounter.review}:
            key = window_key(encounter.case_id, encounter.camera)
            window = window_of(read_item(self.dynamodb, table=self.table, key=key))
            dismissed = verdict is Review.DISMISSED
            writes.append(
                count_dismissal(self.table, window, encounter, dismissed=dismissed, at=at, expires_at=expires_at)
            )
        if counts(encounter, verdict):
            known = read_verdicts(self.dynamodb, table=self.table, case_id=encounter.case_id)
            writes.append(record_verdict(self.table, known, encounter, verdict, at=at, expires_at=expires_at))
        return [{"Update": write} for write in writes]
