"""The functions that run at once within the account's Rekognition quota. SQS allows no fewer than two for a queue."""

from __future__ import annotations

# The shortest times in seconds. A search has its requests to S3 around it, a photo its lease and its record.
_SEARCH_S = 0.25
_INDEX_S = 0.5


def match_workers(requests_per_second: float) -> int:
    """Return the maximum number of match functions that run at once."""
    return max(2, int(requests_per_second * _SEARCH_S))


def index_workers(requests_per_second: float) -> int:
    """Return the maximum number of index functions that run at once."""
    return max(2, int(requests_per_second * _INDEX_S))
