"""The item that counts the text messages of one day, `budget#YYYY-MM-DD`."""

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


def take_from_budget(
    table: str, day: str, alert_id: str, *, count: int, limit: int, share: int, camera: str, now: datetime
) -> dict[str, Any]:
    """Build the update that takes `count` messages, refused if fewer are left or this alert has taken its own.

    It is refused too if the camera has used its `share`. A camera that has used nothing may exceed it once.
    """
    return update_request(
        table,
        budget_key(day),
        "SET kind = :kind, expires_at = :expiry ADD alerts :alerts, texts :texts, #camera :texts",
        condition="(attribute_not_exists(texts) OR texts <= :most AND NOT contains(alerts, :alert))"
        " AND (attribute_not_exists(#camera) OR #camera <= :camera_most)",
        values={
            ":kind": "budget",
            ":alert": alert_id,
            ":alerts": {alert_id},
            ":texts": count,
            ":most": limit - count,
            ":camera_most": share - count,
            ":expiry": int((now + _KEPT).timestamp()),
        },
        names={"#camera": camera_attribute(camera)},
    )


def camera_attribute(camera: str) -> str:
    """Name the attribute that counts the messages about one camera."""
    return f"camera:{camera}"
