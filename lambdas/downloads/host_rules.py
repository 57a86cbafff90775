"""What each host allows us: its robots.txt, fetched once a day, unless the agency has permission for the host."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from lambdas.downloads.bodies import read_start
from lambdas.downloads.deadline import time_limit
from lambdas.downloads.errors import DisallowedError, TooLargeError, UnavailableError
from lambdas.downloads.retries import TransientError
from lambdas.downloads.robots import MAX_ROBOTS_BYTES, read_robots

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.downloads.pace import Pace
    from lambdas.downloads.robots import Robots

AGENT = "Homeward"
_MAX_AGE_S = 24 * 3600.0  # RFC 9309, 2.4
_MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
# A function ends after 15 minutes, so a longer delay would leave it nothing to do.
_MAX_CRAWL_DELAY_S = 120.0


@dataclass(kw_only=True)
class HostRules:
    """The rules of every host that one client asks.

    Args:
        http: sends the requests for robots.txt.
        pace: the client's rate limit, which these requests keep too.
        own_host: the host that `permission` is for.
        permission: the agency's permission. It also covers each host that it names.
        time_limit_s: the total time of one request.
        clock: seconds, for the age of what is cached.
    """

    http: httpx.Client
    pace: Pace
    own_host: str
    permission: str | None
    time_limit_s: float
    clock: Callable[[], float] = time.monotonic
    _read: dict[httpx.URL, tuple[float, Robots]] = field(default_factory=dict)

    def crawl_delay_s(self, url: httpx.URL) -> float:
        """Return the delay that the host wants between requests, 0 if it states none.

        Raises:
            DisallowedError: robots.txt disallows the URL, or wants a delay that we cannot keep.
            UnavailableError: robots.txt is unreachable, which disallows everything.
        """
        if self._has_permission(url.host):
            return 0.0
        robots = self._robots(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        delay_s = robots.seconds_between_requests or 0.0
        if not robots.allows(str(url)):
            raise DisallowedError(f"robots.txt of {url.host} disallows {url.path}. {_advice(url.host)}")
        if delay_s > _MAX_CRAWL_DELAY_S:
            raise DisallowedError(f"robots.txt of {url.host} has a Crawl-delay of {delay_s:g} s. {_advice(url.host)}")
        return delay_s

    def _has_permission(self, host: str) -> bool:
        if not self.permission:
            return False
        return host == self.own_host or _names(self.permission, host)

    def _robots(self, url: httpx.URL) -> Robots:
        read_at, robots = self._read.get(url, (0.0, None))
        if robots is None or self.clock() - read_at > _MAX_AGE_S:
            robots = self._fetch(url)
            self._read[url] = self.clock(), robots
        return robots

    def _fetch(self, url: httpx.URL) -> Robots:
        """Fetch a robots.txt, also behind redirects. They may lead to any host."""
        target = url
        for _ in range(_MAX_REDIRECTS + 1):
            found = self._request(target)
            if not isinstance(found, httpx.URL):
                return found
            target = found
        raise UnavailableError(f"{url} is behind more than {_MAX_REDIRECTS} redirects")

    def _request(self, url: httpx.URL) -> Robots | httpx.URL:
        """Return the rules, or the address that the host redirects to."""
        self.pace.wait()
        try:
            with time_limit(self.time_limit_s), self.http.stream("GET", url) as response:
                if response.has_redirect_location:
                    return url.join(response.headers["location"])
                if response.is_server_error:
                    raise TransientError(f"{url}: {response.status_code}")
                body = read_start(response, max_bytes=MAX_ROBOTS_BYTES)
        except httpx.TransportError as error:
            raise TransientError(f"{url}: {type(error).__name__}: {error}") from error
        except (httpx.InvalidURL, TooLargeError, ValueError) as error:
            raise UnavailableError(f"{url}: {error}") from error
        return read_robots(response.status_code, body, agent=AGENT)


def _names(permission: str, host: str) -> bool:
    """Whether the permission has the host as a word."""
    return re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", permission) is not None


def _advice(host: str) -> str:
    return (
        f'Ask the operator of {host}, then state the answer as permission = "..." in the agency\'s file; '
        f"for pictures on another host than the source's, it must name {host}"
    )
