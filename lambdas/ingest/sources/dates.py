"""Parse dates as sources write them into ISO 8601, cut to the known precision."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


def parse_day(value: Any) -> str | None:
    """Parse `September 6, 2015` or `Sep 6, 2015 12:00:00 AM` into 2015-09-06. None for anything else."""
    if not isinstance(value, str):
        return None
    match = re.match(r"\s*([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", value[:100])
    if match is None or match[1].lower() not in _MONTHS or not _is_plausible(int(match[3])):
        return None
    return _iso(int(match[3]), _MONTHS[match[1].lower()], int(match[2]))


def parse_partial_date(value: Any) -> tuple[str, str] | None:
    """Parse `1958/11/05`, `1958-11` or `1958` into an ISO date and its precision. None for anything else."""
    if not isinstance(value, str):
        return None
    match = re.fullmatch(r"\s*(\d{4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?\s*", value[:40])
    if match is None or not _is_plausible(int(match[1])):
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    # Sources write 00 for an unknown month or day.
    if day and (full := _iso(year, month, day)):
        return full, "day"
    if 1 <= month <= 12:
        return f"{year:04d}-{month:02d}", "month"
    return f"{year:04d}", "year"


def parse_numeric_date(value: str, order: str | None) -> set[str]:
    """Return the ISO days that `9/14/2026` may mean in the order "mdy" or "dmy", or in either if the order is None."""
    match = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", value)
    if match is None or not _is_plausible(int(match[4])):
        return set()
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    days = {"mdy": _iso(year, first, second), "dmy": _iso(year, second, first)}
    return {day for name, day in days.items() if day and order in {None, name}}


def years_between(birth: str | None, event: str | None) -> int | None:
    """Count the whole years between two ISO days. None if either is not a full day or the order is wrong."""
    if birth is None or event is None or len(birth) != 10 or len(event) != 10:
        return None
    born, happened = date.fromisoformat(birth), date.fromisoformat(event)
    years = happened.year - born.year - ((happened.month, happened.day) < (born.month, born.day))
    return years if 0 <= years <= 130 else None


def _is_plausible(year: int) -> bool:
    return 1850 <= year <= 2100


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
