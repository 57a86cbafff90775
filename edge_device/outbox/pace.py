"""How soon the next message may be sent, so that the cloud takes all of what waited during an outage."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOWER = 1.05  # than the cloud allows, so that a late message does not make the next one early


class Pace:
    """At most `per_minute` messages in any minute, a sixth of them at once, and the others evenly spaced.

    The cloud drops the captures of a camera that floods. It allows twice as many at once, because messages that are
    sent apart may arrive together.
    """

    def __init__(self, per_minute: int, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        cloud_at_once = min(per_minute, max(2, per_minute // 3))
        self._interval_s = _SLOWER * 60 / (per_minute - cloud_at_once + 1)
        self._ahead_s = (max(1, per_minute // 6) - 1) * self._interval_s
        self._clock_s = clock_s
        self._next_s = clock_s()

    def wait_s(self) -> float:
        """Seconds until the next message may be sent, 0 if it may be sent now."""
        return max(0.0, self._next_s - self._ahead_s - self._clock_s())

    def sent(self) -> None:
        """Count a message that was given to the broker, acknowledged or not."""
        self._next_s = max(self._next_s, self._clock_s()) + self._interval_s
