"""The HTTP client for every source and feed: it names itself, obeys robots.txt, and limits its rate and the bodies."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import stamina

from lambdas.downloads.bodies import ACCEPT_ENCODING, read_body
from lambdas.downloads.deadline import DeadlineTransport, time_limit
from lambdas.downloads.errors import RefusedError, UnavailableError
from lambdas.downloads.host_rules import AGENT, HostRules
from lambdas.downloads.retries import MAX_ATTEMPTS, TransientError, backoff, raise_for_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdas.downloads.pace import Pace

# Response headers that validate a body, and the request headers that send them back.
_CONDITIONS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
_MAX_REDIRECTS = 3


@dataclass(frozen=True)
class Download:
    """A response body, None if unchanged, and the validators that a later conditional request sends back."""

    body: bytes | None
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass
class PoliteClient:
    """HTTP to one source over one connection, one request at a time.

    Args:
        base_url: the URL of the source's API; links are resolved against it.
        contact: the e-mail address of this system's operator, sent in the User-Agent.
        pace: the rate limit; retries count too.
        permission: why the source may be used. It stands for the host of the base URL and for hosts that it names;
            the client reads and obeys the robots.txt of every other host.
        further_origins: other origins that links may lead to.
        transport: replaces the network; it keeps the time limit if it uses `DeadlineTransport`.
        time_limit_s: the total time of one request, from connecting to the last byte of the body.
    """

    base_url: str
    contact: str
    pace: Pace
    permission: str | None = None
    further_origins: tuple[str, ...] = ()
    transport: httpx.BaseTransport | None = None
    time_limit_s: float = 60.0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._base = httpx.URL(self.base_url)
        self._origins = {origin_of(httpx.URL(url)) for url in (self.base_url, *self.further_origins)}
        self._http = httpx.Client(
            headers={
                "User-Agent": f"{AGENT}/1 (missing persons gallery; contact {self.contact})",
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            timeout=httpx.Timeout(20.0),
            transport=self.transport or DeadlineTransport(),
        )
        self._rules = HostRules(
            http=self._http,
            pace=self.pace,
            own_host=self._base.host,
            permission=self.permission,
            time_limit_s=self.time_limit_s,
            clock=self.clock,
        )

    def get(self, link: str, *, max_bytes: int, params: dict[str, str] | None = None) -> bytes:
        """Download the body at a link.

        Args:
            link: absolute, or relative to the base URL; it must not leave the source's origins.
            max_bytes: maximum size of the decoded body.
            params: the query.

        Raises:
            GoneError: 404 or 410.
            DisallowedError: robots.txt disallows the link.
            RefusedError: the link or a redirect leaves the source's origins.
            TooLargeError: the body is too large, or takes too long.
            UnavailableError: the server failed.
        """
        return self._request("GET", link, max_bytes=max_bytes, params=params).body or b""

    def get_if_changed(self, link: str, *, validators: Mapping[str, str], max_bytes: int) -> Download:
        """Download the body at a link unless its validators are unchanged (RFC 9110, 13.1). Raises as `get` does."""
        headers = {condition: validators[name] for name, condition in _CONDITIONS.items() if name in validators}
        return self._request("GET", link, max_bytes=max_bytes, headers=headers)

    def post_json(self, link: str, body: Any, *, max_bytes: int) -> bytes:
        """Post a JSON body and return the response body. Raises as `get` does."""
        return self._request("POST", link, max_bytes=max_bytes, json=body).body or b""

    def _request(self, method: str, link: str, *, max_bytes: int, **content: Any) -> Download:
        url = self._checked(link)
        for attempt in stamina.retry_context(backoff, attempts=MAX_ATTEMPTS, timeout=None, wait_max=30.0):
            with attempt:
                return self._follow(method, url, max_bytes=max_bytes, **content)
        raise AssertionError("unreachable")

    def _follow(self, method: str, url: httpx.URL, *, max_bytes: int, **content: Any) -> Download:
        for _ in range(_MAX_REDIRECTS + 1):
            result = self._send(method, url, max_bytes=max_bytes, **content)
            if isinstance(result, Download):
                return result
            url = self._checked(str(url.join(result)))
            content = {}
        raise RefusedError(f"{url} is behind more than {_MAX_REDIRECTS} redirects")

    def _send(self, method: str, url: httpx.URL, *, max_bytes: int, **content: Any) -> str | Download:
        """Send one request. Return the location of a redirect, or the download."""
        self.pace.wait(self._rules.crawl_delay_s(url))
        try:
            with time_limit(self.time_limit_s), self._http.stream(method, url, **content) as response:
                if response.has_redirect_location and method == "GET":
                    return str(response.headers["location"])
                if content.get("headers") and response.status_code == httpx.codes.NOT_MODIFIED:
                    return Download(None)
                raise_for_status(response)
                validators = {name: response.headers[name] for name in _CONDITIONS if name in response.headers}
                return Download(read_body(response, max_bytes=max_bytes), validators)
        except httpx.TransportError as error:
            raise TransientError(f"{url}: {type(error).__name__}: {error}") from error
        except httpx.InvalidURL as error:
            raise UnavailableError(f"{url}: {error}") from error

    def _checked(self, link: str) -> httpx.URL:
        """Resolve a link, and refuse one that leaves the source's origins or carries credentials."""
        try:
            url = self._base.join(link)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise RefusedError(f"{link[:200]!r} is not a valid link: {error}") from error
        if origin_of(url) not in self._origins or url.userinfo:
            raise RefusedError(f"{str(url)[:200]} leaves the source's origin, {', '.join(sorted(self._origins))}")
        return url


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port: https://www.namus.gov."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"
