"""Simulates the queue of gallery events, with duplicates and redelivery."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from lambdas.common.keys import photo_key

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from benchmarks.simulation.virtual_time import VirtualTime


class Queue:
    """Messages roughly in the order of the photos. A share of them is `doubled`, and failed ones return later."""

    def __init__(
        self, photos: int, time: VirtualTime, *, doubled: float, visibility_s: float, random: random.Random
    ) -> None:
        self._fresh = self._events(photos, doubled, random)
        self._time, self._visibility_s = time, visibility_s
        self._returned: list[tuple[float, str]] = []
        self.redelivered = 0

    def receive(self, max_messages: int) -> list[str]:
        """Receive up to `max_messages` keys; empty when no message is left, not even an invisible one."""
        while True:
            batch = [key for key in (self._next() for _ in range(max_messages)) if key is not None]
            if batch or not self._returned:
                return batch
            self._time.sleep(self._returned[0][0] - self._time.seconds)

    def fail(self, key: str) -> None:
        """Return a message that a worker could not process, after the visibility timeout."""
        self.redelivered += 1
        heapq.heappush(self._returned, (self._time.seconds + self._visibility_s, key))

    def _next(self) -> str | None:
        if self._returned and self._returned[0][0] <= self._time.seconds:
            return heapq.heappop(self._returned)[1]
        return next(self._fresh, None)

    @staticmethod
    def _events(photos: int, doubled: float, random: random.Random) -> Iterator[str]:
        later: list[tuple[int, str]] = []
        for number in range(photos):
            while later and later[0][0] <= number:
                yield heapq.heappop(later)[1]
            key = photo_key(f"namus:MP{900_000 + number // 2}", str(910_000 + number))
            if random.random() < doubled:
                heapq.heappush(later, (number + random.randrange(200), key))
            yield key
        yield from (key for _, key in sorted(later))
