"""Guess what a wrong value was meant to be, for the end of an error message."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*([A-Za-z.]*|%)")
_UNITS = {"h": "hour", "hr": "hour", "min": "minute", "m": "minute", "d": "day", "sec": "_s"}


def did_you_mean(value: object) -> str:
    """Return the end of a message, or nothing for None."""
    return "" if value is None else f"; did you mean {value}?"


def closest(value: str, choices: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that a value misspells or abbreviates: `Production` is `prod`, `Oregn` is `Oregon`."""
    by_key = {_key(choice): choice for choice in choices}
    key = _key(value)
    if key in by_key:
        return by_key[key]
    written = value.casefold()[:100]
    scores = {other: difflib.SequenceMatcher(None, other.casefold(), written).ratio() for other in by_key.values()}
    best = max(scores, key=lambda other: scores[other], default="")
    if scores.get(best, 0) >= cutoff:
        return best
    starts = [other for other in by_key if _abbreviates(key, other) or _abbreviates(other, key)]
    return by_key[starts[0]] if len(starts) == 1 else None


def percent(fraction: float) -> float | None:
    """Return the percentage that a fraction was meant to be; None if the value is no fraction."""
    return float(f"{fraction * 100:.6g}") if 0 < fraction <= 1 else None


def number_in(text: str, key: str) -> str | None:
    """Return the number in a text such as "24 hours" or "80%"; None if its unit is not the key's."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    unit = found[2].casefold().rstrip("s.")
    return found[1] if unit in {"", "%", "percent"} or _UNITS.get(unit, unit) in key.casefold() else None


def _key(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _abbreviates(short: str, long: str) -> bool:
    return len(short) > 1 and long.startswith(short)
