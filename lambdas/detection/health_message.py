"""Decode a camera's health message, `homeward.health/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from lambdas.common.times import from_epoch_ms, from_text, to_text
from lambdas.detection.message import BadMessageError
from lambdas.encounters.camera_reports import CameraReport

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.detection.message import RoutedMessage

_Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class _HealthMessage(msgspec.Struct):
    """The members that the cloud keeps. The camera may add others. No time that it claims refuses its message."""

    schema: Literal["homeward.health/1"]
    at: Any = None
    clock_synced: Any = False
    dropped: _Count = 0
    waiting: _Count = 0


def decode_health(message: RoutedMessage) -> CameraReport:
    """Decode the message.

    Raises:
        BadMessageError: it is no health message, or a count is none.
    """
    received_at = from_epoch_ms(message.received_ms)
    try:
        health = msgspec.json.decode(message.payload, type=_HealthMessage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"the health message cannot be read: {error}") from error
    return CameraReport(
        received_at=to_text(received_at),
        clock_offset_s=_offset_s(health.at, received_at),
        clock_synced=health.clock_synced is True,
        dropped=health.dropped,
        waiting=health.waiting,
    )


def _offset_s(claimed: object, received_at: datetime) -> float | None:
    """Return how far the camera's clock was ahead, in whole tenths; None if it is not a time."""
    try:
        return round((from_text(claimed) - received_at).total_seconds(), 1) if isinstance(claimed, str) else None
    except ValueError:
        return None
