"""The items that count what one camera uses, so that it cannot flood. DynamoDB's TTL deletes them.

`flood#CAMERA#captures` has the pace of its captures, and `flood#CAMERA#alerts#HOUR` counts first alerts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.times import to_text, utc_day
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.notice import Notice, NoticeKind, notice_item, notice_key
from lambdas.encounters.table import put_new_request, update_request

if TYPE_CHECKING:
    from datetime import datetime

_KEPT = timedelta(days=1)
_NOTICE_KEPT = timedelta(days=8)
_HOUR = len("2026-11-27T20")


def alerts_key(camera: str, now: datetime) -> str:
    """Build the key of the camera's first alerts in this hour."""
    return f"flood#{camera}#alerts#{to_text(now)[:_HOUR]}"


def start_pace(table: str, camera: str, *, now: datetime, interval: timedelta) -> dict[str, Any]:
    """Build the update of a camera that is on time: its next capture is due an interval from now."""
    return update_request(
        table,
        _pace_key(camera),
        "SET next_ms = :next, kind = :kind, expires_at = :expiry",
        condition="attribute_not_exists(next_ms) OR next_ms <= :now",
        values={**_kept(now), ":now": _milliseconds(now), ":next": _milliseconds(now + interval)},
    )


def advance_pace(table: str, camera: str, *, now: datetime, interval: timedelta, ahead: timedelta) -> dict[str, Any]:
    """Build the update of a camera that is early, by at most `ahead`: its next capture is due an interval later."""
    interval_ms = round(interval / timedelta(milliseconds=1))
    return update_request(
        table,
        _pace_key(camera),
        "SET next_ms = next_ms + :interval, kind = :kind, expires_at = :expiry",
        condition="next_ms <= :latest",
        values={**_kept(now), ":interval": interval_ms, ":latest": _milliseconds(now + ahead)},
    )


def count_first_alert(table: str, camera: str, *, now: datetime) -> dict[str, Any]:
    """Build the update that counts a first alert. The limit is asked before the alert."""
    return update_request(
        table,
        alerts_key(camera, now),
        "SET kind = :kind, expires_at = :expiry ADD used :one",
        condition=None,
        values={**_kept(now), ":one": 1},
    )


def flood_notice(table: str, camera: str, *, now: datetime) -> dict[str, Any]:
    """Build the put of the notice that this camera floods. It fails if there is one already for this day (UTC)."""
    notice = Notice(
        encounter_id=notice_key(camera, NoticeKind.FLOOD, utc_day(to_text(now))),
        about=camera,
        notice=NoticeKind.FLOOD,
        created_at=to_text(now),
        alert=AlertState.DUE,
        alert_due_at=to_text(now),
        expires_at=int((now + _NOTICE_KEPT).timestamp()),
    )
    return put_new_request(table, notice_item(notice))


def _pace_key(camera: str) -> str:
    return f"flood#{camera}#captures"


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _kept(now: datetime) -> dict[str, Any]:
    return {":kind": "flood", ":expiry": int((now + _KEPT).timestamp())}
