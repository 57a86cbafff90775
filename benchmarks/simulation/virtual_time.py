"""Virtual time for worker threads: a sleep switches to the worker that wakes next, and the clock jumps."""

from __future__ import annotations

import heapq
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class VirtualTime:
    """Runs one worker at a time, the one that wakes first. `seconds` is the time since the start."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._waiting: list[tuple[float, int, threading.Semaphore]] = []
        self._order = itertools.count()
        self._scheduler = threading.Semaphore(0)
        self._local = threading.local()
        self._running = 0
        self._failure: BaseException | None = None

    def now(self) -> datetime:
        """The current time, in place of `datetime.now`."""
        return _START + timedelta(seconds=self.seconds)

    def time(self) -> float:
        """The current epoch time in seconds, in place of `time.time`."""
        return _START.timestamp() + self.seconds

    def sleep(self, seconds: float) -> None:
        """Make the calling worker wait, in place of `time.sleep`."""
        wakes = self.seconds + max(0.0, seconds)
        if not self._waiting or wakes < self._waiting[0][0]:
            self.seconds = wakes  # no other worker wakes before
            return
        heapq.heappush(self._waiting, (wakes, next(self._order), self._local.turn))
        self._scheduler.release()
        self._local.turn.acquire()

    def run(self, workers: Sequence[Callable[[], None]]) -> None:
        """Run the workers until all have ended. Raises the exception of a worker that fails."""
        self._running = len(workers)
        for worker in workers:
            turn = threading.Semaphore(0)
            heapq.heappush(self._waiting, (self.seconds, next(self._order), turn))
            threading.Thread(target=self._work, args=(worker, turn), daemon=True).start()
        while self._running:
            self.seconds, _, turn = heapq.heappop(self._waiting)
            turn.release()
            self._scheduler.acquire()
            if self._failure is not None:
                raise self._failure

    def _work(self, worker: Callable[[], None], turn: threading.Semaphore) -> None:
        self._local.turn = turn
        turn.acquire()
        try:
            worker()
        except BaseException as error:  # noqa: BLE001 - `run` raises it
            self._failure = error
        self._running -= 1
        self._scheduler.release()
