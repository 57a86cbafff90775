"""Tell those who got an alert that it was not the missing person, if somebody acknowledged it. Once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.times import to_text
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.notice import Notice, NoticeKind, notice_item, notice_key
from lambdas.encounters.table import put_new_request, read_item

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.encounters.encounter import Encounter

_ALERTED = frozenset({AlertState.SENDING, AlertState.SENT})


def stand_down_writes(
    dynamodb: DynamoDBClient, table: str, encounter: Encounter, *, at: datetime
) -> list[dict[str, Any]]:
    """Build the write of the notice, for the transaction that dismisses the encounter. Empty if nobody needs it."""
    if encounter.acknowledged_at is None or encounter.alert not in _ALERTED:
        return []
    key, now = notice_key(encounter.encounter_id, NoticeKind.STAND_DOWN), to_text(at)
    if read_item(dynamodb, table=table, key=key):
        return []
    notice = Notice(
        encounter_id=key,
        about=encounter.encounter_id,
        notice=NoticeKind.STAND_DOWN,
        created_at=now,
        alert_due_at=now,
        expires_at=encounter.expires_at,
    )
    return [{"Put": put_new_request(table, notice_item(notice))}]
