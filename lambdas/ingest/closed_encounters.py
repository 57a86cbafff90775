"""Withdraw the encounters without a verdict of closed cases: delete their pictures and recall their alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import read_status
from lambdas.common.dynamodb import transact
from lambdas.common.keys import evidence_prefix
from lambdas.common.s3_objects import delete_under
from lambdas.common.times import to_text
from lambdas.encounters import review_updates
from lambdas.encounters.encounter import AlertState, Review
from lambdas.encounters.notice import Notice, NoticeKind, notice_key, put_notice
from lambdas.encounters.table import encounters_by_review, read_readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.encounters.encounter import Encounter

_WITHOUT_VERDICT = (Review.OPEN, Review.UNDECIDED)
_ALERTED = frozenset({AlertState.SENDING, AlertState.SENT, AlertState.FAILED})  # people may have got these


@dataclass(frozen=True, kw_only=True)
class ClosedEncounters:
    """The encounters table, the detection bucket with their pictures, and the cases table."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    encounters_table: str
    cases_table: str
    now: Callable[[], datetime]

    def withdraw(self) -> int:
        """Withdraw the encounters without a verdict of every case that is not open. Return their count.

        This reads the current state of every case, so the next sync completes what an interrupted one left, and what
        the index does not show yet.
        """
        is_open: dict[str, bool] = {}
        count = 0
        for review in _WITHOUT_VERDICT:
            for listed in encounters_by_review(self.dynamodb, review, table=self.encounters_table):
                case_id = listed.case_id
                if case_id not in is_open:
                    status = read_status(self.dynamodb, table=self.cases_table, case_id=case_id)
                    is_open[case_id] = status is CaseStatus.OPEN
                if not is_open[case_id]:
                    count += self._withdraw(listed.encounter_id)
        return count

    def _withdraw(self, encounter_id: str) -> bool:
        """Withdraw an encounter. False if a reviewer has decided in the meantime, which leaves it as it is."""
        while True:
            encounter = read_readable(self.dynamodb, table=self.encounters_table, encounter_id=encounter_id)
            if encounter is None or encounter.review not in _WITHOUT_VERDICT:
                return False
            recall = [self._recall(encounter)] if encounter.alert in _ALERTED else []
            # The write fails if an alert went out since the read, because that alert needs a recall.
            withdrawal = review_updates.withdraw(self.encounters_table, encounter, at=self.now())
            if transact(self.dynamodb, {"Update": withdrawal}, *recall):
                delete_under(self.s3, bucket=self.bucket, prefix=evidence_prefix(encounter_id))
                return True
            # The review or the alert changed after the read. Read again: neither changes many times.

    def _recall(self, encounter: Encounter) -> dict[str, Any]:
        """Build the recall notice. There is only one, because an encounter is withdrawn once."""
        now = to_text(self.now())
        notice = Notice(
            encounter_id=notice_key(encounter.encounter_id, NoticeKind.RECALL),
            about=encounter.encounter_id,
            notice=NoticeKind.RECALL,
            created_at=now,
            alert=AlertState.DUE,
            alert_due_at=now,
            expires_at=encounter.expires_at,
        )
        return put_notice(self.encounters_table, notice)
