"""Read members of an untrusted JSON document. A missing, null, empty or mistyped member is None or empty."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from lambdas.common.outside_text import single_line
from lambdas.ingest.sources.protocol import DocumentError

# These limits keep a case within one DynamoDB item of 400 kB.
_MAX_TEXT = 8_000
_MAX_ITEMS = 50

SEX_LETTERS = {"m": "male", "f": "female"}
_UNKNOWN = frozenset({"unknown", "unsure", "uncertain", "not provided", "n/a", "na", "none", "null", "-"})


def decode_object(document: bytes) -> dict[str, Any]:
    """Decode a JSON document that must be an object.

    Raises:
        DocumentError: the document is not JSON, or not an object.
    """
    try:
        decoded = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DocumentError(f"the document is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise DocumentError(f"the document is a {type(decoded).__name__}, not an object")
    return decoded


def member(document: Any, *path: str) -> Any:
    """Return the value at a path of member names, or None if a step is missing or not an object."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def text(document: Any, *path: str) -> str | None:
    """Return a string as one visible line, cut to 8,000 characters, or None if nothing is left."""
    value = member(document, *path)
    return line(value) if isinstance(value, str) else None


def address(document: Any, *path: str) -> str | None:
    """Return a URL as the source writes it, trimmed, or None. Cleaning would change which file it names."""
    value = member(document, *path)
    return value.strip()[:_MAX_TEXT] or None if isinstance(value, str) else None


def lines(document: Any, *path: str) -> list[str]:
    """Return the lines of a string, each as `text` does, without empty ones."""
    value = member(document, *path)
    parts = value[:_MAX_TEXT].splitlines() if isinstance(value, str) else []
    return [part for each in parts if (part := line(each))]


def texts(document: Any, *path: str) -> list[str]:
    """Return the strings of an array, each as `text` does. Anything else in it is skipped."""
    return [part for each in items(document, *path) if isinstance(each, str) and (part := line(each))]


def line(value: str) -> str | None:
    """Clean a string and cut it to 8,000 characters; None if nothing is left."""
    return single_line(value[: 2 * _MAX_TEXT])[:_MAX_TEXT].rstrip() or None


def known_text(document: Any, *path: str) -> str | None:
    """Return a string as `text` does, or None for a word that means unknown, such as "N/A"."""
    value = text(document, *path)
    return None if value is None or value.lower() in _UNKNOWN else value


def sex(document: Any, *path: str) -> str | None:
    """Return "male", "female" or None. M and F count too."""
    value = (text(document, *path) or "").lower()
    return SEX_LETTERS.get(value, value if value in SEX_LETTERS.values() else None)


def number(document: Any, *path: str) -> float | None:
    """Return a finite number, also from a numeric string. A boolean is None."""
    value = member(document, *path)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        as_float = float(value)
    except (ValueError, OverflowError):
        return None
    return as_float if math.isfinite(as_float) else None


def positive(document: Any, *path: str, maximum: float = 1_000_000) -> float | None:
    """Return a number above zero and up to the maximum. Sources write 0 for an unknown height or age."""
    value = number(document, *path)
    return value if value is not None and 0 < value <= maximum else None


def integer(document: Any, *path: str) -> int | None:
    """Return a whole number, also from a numeric string."""
    value = number(document, *path)
    return int(value) if value is not None and value == int(value) and abs(value) < 2**53 else None


def items(document: Any, *path: str, limit: int = _MAX_ITEMS) -> list[Any]:
    """Return the items of an array up to the limit."""
    value = member(document, *path)
    return value[:limit] if isinstance(value, list) else []
