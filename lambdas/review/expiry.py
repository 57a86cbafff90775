"""Expire the encounters that nobody decided in time, and delete their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import transact
from lambdas.encounters import review_updates
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounters_by_review
from lambdas.review.audit import Audit, AuditKind, Via

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.review.pictures import Pictures


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """Expires encounters that have been open for longer than `review_for`."""

    dynamodb: DynamoDBClient
    table: str
    audit: Audit
    pictures: Pictures
    review_for: timedelta

    def expire(self, *, now: datetime) -> int:
        """Expire the overdue encounters and return their number. The next run finds those that the index lacks."""
        due = encounters_by_review(self.dynamodb, Review.OPEN, table=self.table, started_before=now - self.review_for)
        return sum(self._expire(listed.encounter_id, now=now) for listed in due)

    def _expire(self, encounter_id: str, *, now: datetime) -> bool:
        """Return False if the encounter is no longer open."""
        expired = {"Update": review_updates.expire(self.table, encounter_id, at=now)}
        audit = self.audit.write(encounter_id, AuditKind.EXPIRED, by="system", at=now, via=Via.SYSTEM)
        if not transact(self.dynamodb, expired, audit):
            return False
        self.pictures.settle(encounter_id)
        return True
