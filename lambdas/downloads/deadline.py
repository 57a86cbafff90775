"""An HTTP transport with a total time per request. A server that sends one byte at a time cannot prolong it."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from lambdas.downloads.errors import TooLargeError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class _Limit(threading.local):
    """The current thread's time limit."""

    ends_at = math.inf
    seconds = math.inf


_limit = _Limit()


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit the total time of the thread's network calls in this block: connection, TLS, headers and body.

    Only calls through `DeadlineTransport` are limited. They raise TooLargeError.
    """
    _limit.seconds, _limit.ends_at = seconds, time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.seconds = _limit.ends_at = math.inf


class DeadlineTransport(httpx.HTTPTransport):
    """One connection, whose reads, writes and handshakes end at the deadline of `time_limit`.

    The timeouts of httpx limit each read, not their sum.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), max_connections=1, network_backend=_Backend(httpcore.SyncBackend())
        )


@contextlib.contextmanager
def _clipped(timeout: float | None) -> Iterator[float]:
    """Yield the timeout, or the time until the deadline if that is shorter."""
    left = _limit.ends_at - time.monotonic()
    wanted = math.inf if timeout is None else timeout
    try:
        if left <= 0:
            raise httpcore.ReadTimeout
        yield min(wanted, left)
    except httpcore.TimeoutException:
        if left > wanted:
            raise
        raise TooLargeError(f"the server takes longer than {_limit.seconds:g} s") from None


@dataclass(frozen=True)
class _Backend(httpcore.NetworkBackend):
    inner: httpcore.NetworkBackend

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        with _clipped(timeout) as seconds:
            return _Stream(self.inner.connect_tcp(host, port, seconds, *args, **options))


@dataclass(frozen=True)
class _Stream(httpcore.NetworkStream):
    inner: httpcore.NetworkStream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _clipped(timeout) as seconds:
            return self.inner.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _clipped(timeout) as seconds:
            self.inner.write(buffer, seconds)

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with _clipped(timeout) as seconds:
            return _Stream(self.inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)
