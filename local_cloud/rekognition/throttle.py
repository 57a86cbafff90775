"""A rate limit for each operation, like AWS's quotas in transactions per second (TPS)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from local_cloud.rekognition.errors import RekognitionError

_SLOW_OPERATIONS = frozenset({"DeleteFaces", "CreateCollection"})
_SLOW_TPS = 5  # the default quota of these operations in every region


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Throttle:
    """A token bucket for each operation. A bucket holds one second's worth of calls.

    Args:
        tps: Maximum calls per second of one operation; None for no limit. The maximum is 5 for operations whose AWS
            quota is 5.
        clock: Monotonic time in seconds.
    """

    def __init__(self, tps: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._tps = tps
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, operation: str) -> None:
        """Count one call.

        Raises:
            RekognitionError: ProvisionedThroughputExceededException if the operation is over its limit.
        """
        if self._tps is None:
            return
        rate = min(self._tps, _SLOW_TPS) if operation in _SLOW_OPERATIONS else self._tps
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(operation, _Bucket(max(1, rate), now))
            bucket.tokens = min(max(1, rate), bucket.tokens + (now - bucket.filled_at) * rate)
            bucket.filled_at = now
            if bucket.tokens < 1:
                raise RekognitionError("ProvisionedThroughputExceededException", "Provisioned Rate Exceeded")
            bucket.tokens -= 1
