"""Expire the encounters that nobody decided in time, and delete their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import transact, update_if
from lambdas.common.times import from_text
from lambdas.common.trusted_time import CLOCK_TOLERANCE
from lambdas.encounters import review_updates
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounters_by_review, read_encounter
from lambdas.review.audit import Audit, AuditKind, Via
from lambdas.review.each import each_to_its_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.review.pictures import Pictures


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """Expires encounters that have been open for longer than `review_for`, by our clock.

    Earlier versions put the time of the picture into the index. Such an encounter gets its own start when it is found
    at either end: older than the deadline, or in the future.
    """

    dynamodb: DynamoDBClient
    table: str
    audit: Audit
    pictures: Pictures
    review_for: timedelta

    def expire(self, *, now: datetime) -> int:
        """Expire the overdue encounters and return their number. The next run finds those that the index lacks.

        Raises:
            ExceptionGroup: some encounters failed, after all others are done.
        """
        overdue = chain(self._ahead(now), self._overdue(now))
        return each_to_its_end(overdue, lambda each: self._expire_if_overdue(each, now=now), what="expired")

    def _ahead(self, now: datetime) -> Iterator[str]:
        for review in Review:
            start = now + CLOCK_TOLERANCE
            for listed in encounters_by_review(self.dynamodb, review, table=self.table, started_after=start):
                yield listed.encounter_id

    def _overdue(self, now: datetime) -> Iterator[str]:
        oldest = now - self.review_for
        for listed in encounters_by_review(self.dynamodb, Review.OPEN, table=self.table, started_before=oldest):
            yield listed.encounter_id

    def _expire_if_overdue(self, encounter_id: str, *, now: datetime) -> bool:
        """Expire an encounter that arose here before the deadline. Correct the index of one that it lists wrongly."""
        encounter = read_encounter(self.dynamodb, table=self.table, encounter_id=encounter_id)
        if encounter is None:
            return False
        if encounter.started_at != encounter.opened_at:
            update_if(self.dynamodb, **review_updates.correct_start(self.table, encounter))
        return from_text(encounter.opened_at) < now - self.review_for and self._expire(encounter_id, now=now)

    def _expire(self, encounter_id: str, *, now: datetime) -> bool:
        """Return False if the encounter is no longer open."""
        expired = {"Update": review_updates.expire(self.table, encounter_id, at=now)}
        audit = self.audit.write(encounter_id, AuditKind.EXPIRED, by="system", at=now, via=Via.SYSTEM)
        if not transact(self.dynamodb, expired, audit):
            return False
        self.pictures.settle(encounter_id)
        return True
