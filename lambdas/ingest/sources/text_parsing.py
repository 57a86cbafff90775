"""Parse text as sources write it: HTML and captions."""

from __future__ import annotations

import html
import re

from lambdas.common.outside_text import single_line

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def plain_text(markup: str | None) -> str | None:
    """Convert HTML to plain text: drop tags, resolve entities, fold white space. None if nothing is left."""
    if markup is None:
        return None
    return single_line(html.unescape(_TAGS.sub(" ", markup))) or None


def caption_year(caption: str | None) -> int | None:
    """Return the only year in a caption, such as 1997, or None if the caption has no year or several."""
    years = set(re.findall(r"(?<!\d)(19\d{2}|20\d{2})(?!\d)", caption or ""))
    return int(years.pop()) if len(years) == 1 else None
