"""A rate limit for the threads of one process: one request per interval and no burst."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace(Protocol):
    """A rate limit."""

    def wait(self, min_interval_s: float = 0.0) -> None:
        """Block until the caller may send its next request.

        Args:
            min_interval_s: time until the request after that, if it is longer than the pace's own interval.
        """


@dataclass
class ProcessPace:
    """A token bucket of size one, shared by the threads of this process."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, min_interval_s: float = 0.0) -> None:
        """Reserve the next free slot and sleep until it starts."""
        with self._lock:
            now = self.clock()
            slot = max(now, self._next)
            self._next = slot + max(1 / self.per_second, min_interval_s)
        if slot > now:
            self.sleep(slot - now)
