"""The items that count the text messages of one day: `budget#YYYY-MM-DD`, and `budget#YYYY-MM-DD#CAMERA`.

Each camera has an item of its own, because a write costs more the larger its item is, and the day's is written for each
alert.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from datetime import datetime

# A week to look back at, and longer than every retry of that day's messages.
_KEPT = timedelta(days=8)


def budget_key(day: str) -> str:
    """Build the key of a day's budget."""
    return f"budget#{day}"


def share_key(day: str, camera: str) -> str:
    """Build the key of a camera's share of a day's budget."""
    return f"budget#{day}#{camera}"


def take_from_budget(table: str, day: str, *, count: int, limit: int, now: datetime) -> dict[str, Any]:
    """Build the update that takes `count` messages, refused if fewer are left."""
    return _take(table, budget_key(day), count=count, limit=limit, now=now)


def take_once(table: str, day: str, alert_id: str, *, count: int, limit: int, now: datetime) -> dict[str, Any]:
    """Build the update that takes `count` messages, refused if fewer are left or this alert has taken its own."""
    return update_request(
        table,
        budget_key(day),
        "SET kind = :kind, expires_at = :expiry ADD alerts :alerts, texts :texts",
        condition="attribute_not_exists(texts) OR texts <= :most AND NOT contains(alerts, :alert)",
        values={
            ":kind": "budget",
            ":alert": alert_id,
            ":alerts": {alert_id},
            ":texts": count,
            ":most": limit - count,
            ":expiry": _expiry(now),
        },
    )


def take_from_share(table: str, day: str, camera: str, *, count: int, share: int, now: datetime) -> dict[str, Any]:
    """Build the update that takes `count` messages from a camera's share, refused if fewer are left.

    A camera that has used nothing may exceed its share once.
    """
    return _take(table, share_key(day, camera), count=count, limit=share, now=now)


def _take(table: str, key: str, *, count: int, limit: int, now: datetime) -> dict[str, Any]:
    return update_request(
        table,
        key,
        "SET kind = :kind, expires_at = :expiry ADD texts :texts",
        condition="attribute_not_exists(texts) OR texts <= :most",
        values={":kind": "budget", ":texts": count, ":most": limit - count, ":expiry": _expiry(now)},
    )


def _expiry(now: datetime) -> int:
    return int((now + _KEPT).timestamp())
