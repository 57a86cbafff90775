"""The items that count what one camera uses, so that it cannot flood. DynamoDB's TTL deletes them.

`flood#CAMERA#captures#MINUTE` counts captures, and `flood#CAMERA#alerts#HOUR` first alerts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.times import to_text
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.notice import Notice, NoticeKind, notice_item, notice_key
from lambdas.encounters.table import put_new_request, update_request

if TYPE_CHECKING:
    from datetime import datetime

_KEPT = timedelta(days=1)
_NOTICE_KEPT = timedelta(days=8)
_MINUTE, _HOUR = len("2026-11-27T20:18"), len("2026-11-27T20")


def captures_key(camera: str, now: datetime) -> str:
    """Build the key of the camera's captures in this minute."""
    return f"flood#{camera}#captures#{to_text(now)[:_MINUTE]}"


def alerts_key(camera: str, now: datetime) -> str:
    """Build the key of the camera's first alerts in this hour."""
    return f"flood#{camera}#alerts#{to_text(now)[:_HOUR]}"


def count_capture(table: str, camera: str, *, limit: int, now: datetime) -> dict[str, Any]:
    """Build the update that counts a capture, refused if the camera has used up this minute."""
    return _count(table, captures_key(camera, now), limit=limit, now=now)


def count_first_alert(table: str, camera: str, *, now: datetime) -> dict[str, Any]:
    """Build the update that counts a first alert. It has no limit: its transaction opens the encounter."""
    return _count(table, alerts_key(camera, now), limit=None, now=now)


def flood_notice(table: str, camera: str, *, now: datetime) -> dict[str, Any]:
    """Build the put of the notice that this camera floods. It fails if there is one already for this day (UTC)."""
    notice = Notice(
        encounter_id=notice_key(camera, NoticeKind.FLOOD, to_text(now)[: len("2026-11-27")]),
        about=camera,
        notice=NoticeKind.FLOOD,
        created_at=to_text(now),
        alert=AlertState.DUE,
        alert_due_at=to_text(now),
        expires_at=int((now + _NOTICE_KEPT).timestamp()),
    )
    return put_new_request(table, notice_item(notice))


def _count(table: str, key: str, *, limit: int | None, now: datetime) -> dict[str, Any]:
    return update_request(
        table,
        key,
        "SET kind = :kind, expires_at = :expiry ADD used :one",
        condition="attribute_not_exists(used) OR used < :limit" if limit is not None else None,
        values={":kind": "flood", ":expiry": int((now + _KEPT).timestamp()), ":one": 1, ":limit": limit},
    )
