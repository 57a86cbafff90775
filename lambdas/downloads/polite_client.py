"""The one HTTP client for all sources: slow, named, obedient, and careful with what it is sent."""

from __future__ import annotations

import datetime as dt
import email.utils
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import stamina

from lambdas.downloads.errors import DisallowedError, GoneError, RefusedError, TooLargeError, UnavailableError
from lambdas.downloads.robots import read_robots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdas.downloads.pace import Pace
    from lambdas.downloads.robots import Robots

AGENT = "Homeward"
_GONE = frozenset({404, 410})
_RETRIED = frozenset({429, 500, 502, 503, 504})
# What a server says of a body, and how it is asked whether that still holds.
_CONDITIONS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
_MOST_REDIRECTS = 3
_ATTEMPTS = 5
_LONGEST_RETRY_AFTER_S = 120.0
_SECONDS_PER_DOWNLOAD = 60.0
_ROBOTS_BYTES = 500_000


class _TryAgainError(UnavailableError):
    """One attempt failed in a way that may pass; `after_s` is what Retry-After asks for."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


@dataclass(frozen=True)
class Answer:
    """A body with what a later request may say that it knows of it; None for what has not changed."""

    body: bytes | None
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass
class PoliteClient:
    """HTTP to one source, one connection, one request at a time.

    Args:
        base_url: where the source's API answers; links are resolved against it.
        contact: who answers for this system; part of the User-Agent.
        pace: lets each request, retries included, through at the source's rate.
        permission: why the source may be used; without it robots.txt is read and obeyed.
        further_origins: origins beside the base URL's that links may lead to.
        transport: replaces the network in tests.
    """

    base_url: str
    contact: str
    pace: Pace
    permission: str | None = None
    further_origins: tuple[str, ...] = ()
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    requests_made: int = 0
    bytes_read: int = 0
    _robots: dict[str, Robots] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._base = httpx.URL(self.base_url)
        self._origins = {origin_of(httpx.URL(url)) for url in (self.base_url, *self.further_origins)}
        self._http = httpx.Client(
            headers={"User-Agent": f"{AGENT}/1 (missing persons gallery; contact {self.contact})"},
            timeout=httpx.Timeout(20.0),
            limits=httpx.Limits(max_connections=1),
            transport=self.transport,
        )

    def get(self, link: str, *, max_bytes: int, params: dict[str, str] | None = None) -> bytes:
        """The body at a link, which may be relative to the base URL.

        Args:
            link: absolute or relative; it must not leave the source's origins.
            max_bytes: bytes, after any content encoding is undone.
            params: the query.

        Raises:
            GoneError: 404 or 410.
            DisallowedError, RefusedError, TooLargeError, UnavailableError: as their names say.
        """
        return self._request("GET", link, max_bytes=max_bytes, params=params).body or b""

    def get_if_changed(self, link: str, *, validators: Mapping[str, str], max_bytes: int) -> Answer:
        """The body at a link unless it is the one whose validators are `known` (RFC 9110, 13.1); raises as `get`."""
        headers = {condition: validators[name] for name, condition in _CONDITIONS.items() if name in validators}
        return self._request("GET", link, max_bytes=max_bytes, headers=headers)

    def post_json(self, link: str, body: Any, *, max_bytes: int) -> bytes:
        """The answer to a JSON body; raises as `get` does."""
        return self._request("POST", link, max_bytes=max_bytes, json=body).body or b""

    def _request(self, method: str, link: str, *, max_bytes: int, **content: Any) -> Answer:
        url = self._allowed(link)
        for attempt in stamina.retry_context(_backoff, attempts=_ATTEMPTS, timeout=None, wait_max=30.0):
            with attempt:
                return self._follow(method, url, max_bytes=max_bytes, **content)
        raise AssertionError("unreachable")

    def _follow(self, method: str, url: httpx.URL, *, max_bytes: int, **content: Any) -> Answer:
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(method, url, max_bytes=max_bytes, **content)
            if isinstance(answer, Answer):
                return answer
            url = self._allowed(str(url.join(answer)))
            content = {}
        raise RefusedError(f"{url} is behind more than {_MOST_REDIRECTS} redirects")

    def _once(self, method: str, url: httpx.URL, *, max_bytes: int, **content: Any) -> str | Answer:
        """One request: where it redirects to, or what it gives."""
        self._obey_robots(url)
        self.pace.wait()
        self.requests_made += 1
        try:
            with self._http.stream(method, url, **content) as response:
                if response.has_redirect_location and method == "GET":
                    return str(response.headers["location"])
                if content.get("headers") and response.status_code == httpx.codes.NOT_MODIFIED:
                    return Answer(None)
                _raise_for_status(response)
                validators = {name: response.headers[name] for name in _CONDITIONS if name in response.headers}
                return Answer(self._body(response, max_bytes), validators)
        except httpx.TransportError as error:
            raise _TryAgainError(f"{url}: {type(error).__name__}: {error}") from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise UnavailableError(f"{url}: {error}") from error

    def _body(self, response: httpx.Response, max_bytes: int) -> bytes:
        """Read as it comes, so that neither an endless body nor a slow one is ever waited out."""
        ends_at = time.monotonic() + _SECONDS_PER_DOWNLOAD
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            self.bytes_read += len(chunk)
            if len(body) > max_bytes:
                raise TooLargeError(f"{response.url} is larger than {max_bytes:,} bytes")
            if time.monotonic() > ends_at:
                raise TooLargeError(f"{response.url} takes longer than {_SECONDS_PER_DOWNLOAD:g} s")
        return bytes(body)

    def _allowed(self, link: str) -> httpx.URL:
        try:
            url = self._base.join(link)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise RefusedError(f"{link[:200]!r} is no link: {error}") from error
        if origin_of(url) not in self._origins or url.userinfo:
            raise RefusedError(f"{str(url)[:200]} leaves the source's origin, {', '.join(sorted(self._origins))}")
        return url

    def _obey_robots(self, url: httpx.URL) -> None:
        if self.permission:
            return
        origin = origin_of(url)
        if origin not in self._robots:
            self._robots[origin] = self._fetch_robots(origin)
        robots = self._robots[origin]
        if not robots.allows(str(url)):
            raise DisallowedError(
                f"robots.txt of {origin} disallows {url.path}: ask the operator of the source, "
                'then state the answer as permission = "..." in the agency\'s file'
            )
        if robots.seconds_between_requests:
            self.sleep(robots.seconds_between_requests)

    def _fetch_robots(self, origin: str) -> Robots:
        self.pace.wait()
        self.requests_made += 1
        try:
            with self._http.stream("GET", f"{origin}/robots.txt") as response:
                if response.is_server_error:
                    # Nothing is allowed while a host does not say what is (RFC 9309, section 2.3.1.4).
                    raise _TryAgainError(f"robots.txt of {origin}: {response.status_code}")
                body = self._body(response, _ROBOTS_BYTES)
        except httpx.TransportError as error:
            raise _TryAgainError(f"robots.txt of {origin}: {type(error).__name__}: {error}") from error
        return read_robots(response.status_code, body.decode("utf-8", "replace"), agent=AGENT)


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port as one text: https://www.namus.gov."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"


def _raise_for_status(response: httpx.Response) -> None:
    status = response.status_code
    if status in _GONE:
        raise GoneError(f"{response.url}: {status}")
    if status in _RETRIED:
        raise _TryAgainError(f"{response.url}: {status}", after_s=retry_after_s(response.headers.get("retry-after")))
    if not response.is_success:
        raise UnavailableError(f"{response.url}: {status}")


def retry_after_s(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None where it says nothing readable."""
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


def _backoff(error: Exception) -> bool | float:
    """Whether to try again: not where the source asks for more patience than we have, else as long as it asks."""
    if not isinstance(error, _TryAgainError):
        return False
    if error.after_s is None:
        return True
    return error.after_s if error.after_s <= _LONGEST_RETRY_AFTER_S else False
