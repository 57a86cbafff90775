"""How long an alert waits after a failed attempt."""

from __future__ import annotations

from datetime import timedelta

_FIRST_PAUSE = timedelta(seconds=30)
_MAX_PAUSE = timedelta(minutes=15)
_DOUBLINGS = 5  # enough to reach the longest pause; an alert may be tried for months


def pause_after(attempts: int) -> timedelta:
    """Return the pause after this many attempts: 30 seconds after the first, then doubled up to 15 minutes."""
    return min(_FIRST_PAUSE * (1 << min(max(attempts - 1, 0), _DOUBLINGS)), _MAX_PAUSE)
