"""Read a host's robots.txt (RFC 9309). Protego parses and matches the rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

# A parser must read at least this much (RFC 9309, 2.5). We ignore the rest.
MAX_ROBOTS_BYTES = 500 * 1024
_DISALLOW_ALL = "User-agent: *\nDisallow: /"
# A product token ends at the first character that is no letter, '-' or '_' (2.2.1): `Homeward/1` names Homeward.
_AGENT_LINE = re.compile(
    r"^([ \t]*user[- ]?agent[ \t]*:)[ \t]*(\*(?![^\s#])|[a-z_-]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE
)
# Other records must not end a group (2.2.4). Protego would end it, but reads misspellings of `disallow`.
_OTHER_RECORD = re.compile(r"^[ \t]*(?!user|allow|dis|dia)[\w-]+[ \t]*:[^\r\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Robots:
    """The rules of one host for our product token, and its Crawl-delay, which RFC 9309 does not define."""

    rules: Protego
    agent: str
    seconds_between_requests: float | None

    def allows(self, url: str) -> bool:
        """Whether the rules allow us to fetch the URL."""
        return self.rules.can_fetch(url, self.agent)


def read_robots(status: int, body: bytes | str, *, agent: str) -> Robots:
    """Parse the response to /robots.txt.

    A 4xx status allows everything, anything else but a success nothing (RFC 9309, 2.3.1).

    Args:
        status: the HTTP status, after redirects.
        body: what the host sent, with any byte order mark.
        agent: our product token.
    """
    text = _decoded(body) if isinstance(body, bytes) else body.removeprefix("\ufeff")
    if 400 <= status < 500:
        text = ""
    elif not 200 <= status < 300:
        text = _DISALLOW_ALL
    text = _AGENT_LINE.sub(lambda line: f"{line[1]} {_group_name(line[2], agent)}", text)
    delay = Protego.parse(text).crawl_delay(agent)
    return Robots(Protego.parse(_OTHER_RECORD.sub("", text)), agent, delay)


def _group_name(written: str, agent: str) -> str:
    """Return our token, `*`, or a name that is nobody's. Protego alone would also match `Home` with Homeward."""
    if written.lower() == agent.lower():
        return agent
    return "*" if written == "*" else "."


def _decoded(body: bytes) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark, as Windows editors save it."""
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return body[:MAX_ROBOTS_BYTES].decode(encoding, "replace")
