"""What a host's robots.txt allows us (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.robotparser import RobotFileParser


@dataclass(frozen=True)
class Robots:
    """The rules of one host, for our user agent."""

    parser: RobotFileParser
    agent: str

    def allows(self, url: str) -> bool:
        """Whether the URL may be fetched."""
        return self.parser.can_fetch(self.agent, url)

    @property
    def seconds_between_requests(self) -> float | None:
        """The host's Crawl-delay, if it states one."""
        delay = self.parser.crawl_delay(self.agent)
        return float(delay) if delay is not None else None


def read_robots(status: int, body: str, *, agent: str) -> Robots:
    """The rules that an answer to /robots.txt states: any 4xx allows all, a redirect nothing (RFC 9309, 2.3.1)."""
    parser = RobotFileParser()
    if 400 <= status < 500:
        body = ""
    elif status >= 300:
        body = "User-agent: *\nDisallow: /"
    parser.parse(body.splitlines())
    return Robots(parser, agent)
