"""A limit on calls a second, for each operation by itself, as AWS's quotas are."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from local_cloud.rekognition.errors import RekognitionError

_SLOW_OPERATIONS = frozenset(
    {"DeleteFaces", "CreateUser", "DeleteUser", "AssociateFaces", "DisassociateFaces", "CreateCollection"}
)
_SLOW_TPS = 5  # the default quota of these, in every region


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Throttle:
    """A token bucket for each operation: it holds a second's worth of calls and fills evenly.

    Args:
        tps: calls a second of one operation; None for no limit. Operations for which AWS allows 5 get at most 5.
        clock: seconds, monotonic.
    """

    def __init__(self, tps: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._tps = tps
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, operation: str) -> None:
        """Counts one call.

        Raises:
            RekognitionError: ProvisionedThroughputExceededException when the operation is over its limit.
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
