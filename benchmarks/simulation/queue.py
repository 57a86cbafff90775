"""The queue of gallery events: every photo once or twice, and again when its worker failed."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from benchmarks.simulation.virtual_time import VirtualTime


class Queue:
    """Messages in about the order of the photos, a share of them `doubled`; one that failed comes back later."""

    def __init__(
        self, photos: int, time: VirtualTime, *, doubled: float, visibility_s: float, random: random.Random
    ) -> None:
        self._fresh = self._events(photos, doubled, random)
        self._time, self._visibility_s = time, visibility_s
        self._returned: list[tuple[float, str]] = []
        self.redelivered = 0

    def receive(self, most: int) -> list[str]:
        """Up to that many keys; none once there is nothing left, not even in hiding."""
        while True:
            batch = [key for key in (self._next() for _ in range(most)) if key is not None]
            if batch or not self._returned:
                return batch
            self._time.sleep(self._returned[0][0] - self._time.seconds)

    def fail(self, key: str) -> None:
        """The worker could not deal with this message."""
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
            key = f"photos/namus/MP{900_000 + number // 2}/{910_000 + number}.jpg"
            if random.random() < doubled:
                heapq.heappush(later, (number + random.randrange(200), key))
            yield key
        yield from (key for _, key in sorted(later))
