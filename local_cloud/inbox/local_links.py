"""Find the links of alerts in a text, and make them local."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LINK = re.compile(r"https?://[a-z0-9]+\.execute-api\.[a-z0-9.-]+(?::\d+)?(/[A-Za-z0-9/_.~-]+)")


def local_path(link: str) -> str:
    """Return the path of a link, under which the inbox serves the page."""
    return urlsplit(link).path


def linked_text(text: str) -> list[tuple[str, str]]:
    """Split a text into parts, each with the local path that it links to, or an empty one."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [(text[end : found.start()], ""), (found[0], found[1])]
        end = found.end()
    return [*parts, (text[end:], "")]
