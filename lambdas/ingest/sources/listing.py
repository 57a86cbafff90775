"""Decode a page of a listing and mark its rows, so that one odd row does not hide the others."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

from lambdas.ingest.sources.protocol import DocumentError

_MAX_DEPTH = 64
_TOKENS = re.compile(rb'"(?:[^"\\]+|\\.)*"?|[\[\]{}]', re.DOTALL)
_MAX_DIGITS = 40


def decode_page(body: bytes) -> Any:
    """Decode a page.

    A value in one row that strict JSON forbids, such as NaN, half a surrogate pair or bytes that are no UTF-8, costs
    that value only. So does a value that is nested too deeply to decode.

    Raises:
        DocumentError: the page is not JSON.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    text = _shallow(body).decode("utf-8-sig", "replace")
    try:
        return json.loads(text, strict=False, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"the page is not JSON: {error}") from error


def row_marker(row: dict[str, Any], *, without: frozenset[str] = frozenset()) -> str | None:
    """Hash a row, for a source whose rows have no time of change.

    Args:
        row: the row.
        without: members that change although the case does not.

    Returns:
        The marker, or None if the row has a value that JSON cannot hold. Such a case is fetched once a week.
    """
    stable = {name: value for name, value in row.items() if name not in without}
    try:
        encoded = msgspec.json.encode(stable, order="sorted")
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return "row:" + hashlib.sha256(encoded).hexdigest()[:16]


def _shallow(body: bytes) -> bytes:
    """Replace what is nested too deeply by null."""
    kept: list[bytes] = []
    depth, start = 0, 0
    for token in _TOKENS.finditer(body):
        if token[0] in b"[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                kept.append(body[start : token.start()])
        elif token[0] in b"]}":
            if depth == _MAX_DEPTH + 1:
                kept.append(b"null")
                start = token.end()
            depth -= 1
    return b"".join([*kept, body[start:]])


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None
