"""Read a host's robots.txt (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.robotparser import RobotFileParser


@dataclass(frozen=True)
class Robots:
    """The rules of one host for our user agent."""

    parser: RobotFileParser
    agent: str

    def allows(self, url: str) -> bool:
        """Whether the rules allow us to fetch the URL."""
        return self.parser.can_fetch(self.agent, url)

    @property
    def seconds_between_requests(self) -> float | None:
        """The host's Crawl-delay, or None."""
        delay = self.parser.crawl_delay(self.agent)
        return float(delay) if delay is not None else None


def read_robots(status: int, body: str, *, agent: str) -> Robots:
    """Parse the response to /robots.txt. A 4xx status allows everything, a redirect nothing (RFC 9309, 2.3.1)."""
    parser = RobotFileParser()
    if 400 <= status < 500:
        body = ""
    elif status >= 300:
        body = "User-agent: *\nDisallow: /"
    parser.parse(body.splitlines())
    return Robots(parser, agent)
