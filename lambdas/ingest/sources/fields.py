"""Reading documents that other people wrote: what is missing, null, empty or of the wrong type is simply unknown."""

from __future__ import annotations

import html
import math
import re
from typing import Any

import msgspec

from lambdas.cases.case import Range
from lambdas.ingest.sources.protocol import DocumentError

# A typed case must fit into one item of the table (400 kB), whatever a document holds.
_LONGEST_TEXT = 8_000
_MOST_ITEMS = 50

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_UNKNOWN = frozenset({"unknown", "unsure", "uncertain", "not provided", "n/a", "na", "none", "null", "-"})


def decode_object(document: bytes) -> dict[str, Any]:
    """A JSON document that must be an object.

    Raises:
        DocumentError: it is no JSON, or something else than an object.
    """
    try:
        decoded = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DocumentError(f"the document is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise DocumentError(f"the document is a {type(decoded).__name__}, not an object")
    return decoded


def member(document: Any, *path: str) -> Any:
    """The value at a path of member names, or None where any step is missing or not an object."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def text(document: Any, *path: str) -> str | None:
    """A string with something in it, trimmed and cut to 8,000 characters, or None."""
    value = member(document, *path)
    if not isinstance(value, str):
        return None
    return value.strip()[:_LONGEST_TEXT] or None


def known(document: Any, *path: str) -> str | None:
    """Like `text`, and None for the words that sources write when they do not know."""
    value = text(document, *path)
    return None if value is None or value.lower() in _UNKNOWN else value


def number(document: Any, *path: str) -> float | None:
    """A finite number, also from a string of digits; never a boolean."""
    value = member(document, *path)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        as_float = float(value)
    except (ValueError, OverflowError):
        return None
    return as_float if math.isfinite(as_float) else None


def positive(document: Any, *path: str, maximum: float = 1_000_000) -> float | None:
    """A number above zero: a height or an age of 0 means that it is not known."""
    value = number(document, *path)
    return value if value is not None and 0 < value <= maximum else None


def integer(document: Any, *path: str) -> int | None:
    """A whole number, also from a string of digits."""
    value = number(document, *path)
    return int(value) if value is not None and value == int(value) and abs(value) < 2**53 else None


def items(document: Any, *path: str, limit: int = _MOST_ITEMS) -> list[Any]:
    """The members of an array, at most 50 unless said otherwise; none where there is no array."""
    value = member(document, *path)
    return value[:limit] if isinstance(value, list) else []


def span(lowest: float | None, highest: float | None, *, factor: float = 1.0) -> Range | None:
    """A range in the case's unit, to one decimal; one end alone stands for both; a swapped pair is put in order."""
    ends = sorted(round(end * factor, 1) for end in (lowest, highest) if end is not None)
    return Range(min=ends[0], max=ends[-1]) if ends else None


def plain(markup: str | None) -> str | None:
    """HTML to plain text: tags dropped, entities resolved, white space folded, None where nothing is left."""
    if markup is None:
        return None
    folded = " ".join(html.unescape(_TAGS.sub(" ", markup)).split())
    return folded or None


def phone_e164(digits: str | None) -> str | None:
    """A North American number as E.164, or None where the digits are not one."""
    bare = re.sub(r"\D", "", digits or "")
    if len(bare) == 11 and bare.startswith("1"):
        bare = bare[1:]
    return f"+1{bare}" if re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", bare) else None


def year_in(caption: str | None) -> int | None:
    """The one year that a caption names ("... 1997"); None where there is none or more than one."""
    years = set(re.findall(r"(?<!\d)(19\d{2}|20\d{2})(?!\d)", caption or ""))
    return int(years.pop()) if len(years) == 1 else None
