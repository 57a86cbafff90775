"""Decide which failed HTTP requests to retry, and after how long."""

from __future__ import annotations

import datetime as dt
import email.utils
from typing import TYPE_CHECKING

from lambdas.downloads.errors import GoneError, UnavailableError

if TYPE_CHECKING:
    import httpx

MAX_ATTEMPTS = 5
_GONE = frozenset({404, 410})
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_MAX_RETRY_AFTER_S = 120.0


class TransientError(UnavailableError):
    """An attempt failed in a way that a retry may fix. `after_s` is the server's Retry-After."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


def raise_for_status(response: httpx.Response) -> None:
    """Raise the error that a status code stands for.

    Raises:
        GoneError: 404 or 410.
        TransientError: a status that a retry may fix.
        UnavailableError: any other status than a success.
    """
    status = response.status_code
    if status in _GONE:
        raise GoneError(f"{response.url}: {status}")
    if status in _TRANSIENT:
        raise TransientError(f"{response.url}: {status}", after_s=retry_after_s(response.headers.get("retry-after")))
    if not response.is_success:
        raise UnavailableError(f"{response.url}: {status}")


def retry_after_s(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date, or None if it is unreadable."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(tz=dt.UTC)).total_seconds())


def backoff(error: Exception) -> bool | float:
    """Return the wait in seconds before the next attempt, True for the default wait, or False for no retry.

    A Retry-After of more than two minutes ends the attempts.
    """
    if not isinstance(error, TransientError):
        return False
    if error.after_s is None:
        return True
    return error.after_s if error.after_s <= _MAX_RETRY_AFTER_S else False
