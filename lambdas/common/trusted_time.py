"""Decide whether to believe what a sender says about when a picture was taken.

Every picture passes here on its way in, whoever sent it: a camera, `homeward submit`, a feed, an upload link, another
system. A sender's time is only shown and only groups sightings; every period counts from our own clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lambdas.common.times import from_text

# A clock that lost its power starts at 1970, 1980 or 2000, and may have run for a while since.
EARLIEST = datetime(2001, 1, 1, tzinfo=UTC)
# A good clock may be slightly ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)


class TimeDoubt(StrEnum):
    """Why the time of arrival stands in for the time that a picture was taken."""

    UNDATED = "undated"
    UNREADABLE = "unreadable"
    UNSYNCED = "unsynced"
    TOO_EARLY = "too-early"
    FUTURE = "future"

    @property
    def reason(self) -> str:
        """The doubt in English."""
        return _REASONS[self]


_REASONS = {
    TimeDoubt.UNDATED: "the sender gave no time",
    TimeDoubt.UNREADABLE: "the sender's time cannot be read",
    TimeDoubt.UNSYNCED: "the camera's clock was not set",
    TimeDoubt.TOO_EARLY: f"the sender's time is before {EARLIEST.year}",
    TimeDoubt.FUTURE: "the sender's time is in the future",
}


@dataclass(frozen=True)
class TimeTaken:
    """When a picture was taken. With a `doubt` it is the time of arrival."""

    at: datetime
    doubt: TimeDoubt | None = None


def time_taken(claimed: object, *, arrived_at: datetime, clock_synced: bool = True) -> TimeTaken:
    """Return the sender's time if it can be true, else the time of arrival and the doubt. Never raises.

    `claimed` is what the sender says: text, a datetime, None, or whatever else a message holds. Old times are believed.
    """
    if claimed is None:
        return TimeTaken(arrived_at, TimeDoubt.UNDATED)
    if not clock_synced:
        return TimeTaken(arrived_at, TimeDoubt.UNSYNCED)
    instant = _instant(claimed)
    if instant is None:
        return TimeTaken(arrived_at, TimeDoubt.UNREADABLE)
    if instant < EARLIEST:
        return TimeTaken(arrived_at, TimeDoubt.TOO_EARLY)
    if instant - arrived_at > CLOCK_TOLERANCE:
        return TimeTaken(arrived_at, TimeDoubt.FUTURE)
    return TimeTaken(instant)


def _instant(claimed: object) -> datetime | None:
    """Return None for anything but an instant with a time zone."""
    if isinstance(claimed, datetime):
        return claimed if claimed.tzinfo else None
    try:
        return from_text(claimed) if isinstance(claimed, str) else None
    except ValueError:
        return None
