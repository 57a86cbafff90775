"""A token bucket: so many requests a second and no burst, whoever shares the bucket."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace(Protocol):
    """Something that lets a caller through at a given rate."""

    def wait(self) -> None:
        """Return when it is the caller's turn."""


@dataclass
class ProcessPace:
    """A bucket of one token for the threads of this process."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Take the next free slot and sleep until it comes."""
        with self._lock:
            now = self.clock()
            slot = max(now, self._next)
            self._next = slot + 1 / self.per_second
        if slot > now:
            self.sleep(slot - now)
