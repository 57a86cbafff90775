"""The age of the person of a case: when missing, today, and whether that is a minor's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.cases.case import Range

if TYPE_CHECKING:
    from datetime import date

    from lambdas.cases.case import Case

_ADULT_AGE = 18
_MAX_AGE = 110
_PARTIAL_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def was_minor(case: Case) -> bool:
    """Tell whether the person may have been under 18 when last seen. False if unknown."""
    age = case.age_when_missing
    known = [end for end in (age.min, age.max) if end is not None] if age else []
    if known:
        return min(known) < _ADULT_AGE
    if case.birth and case.last_seen.date:
        return _years(case.birth.last, case.last_seen.date) < _ADULT_AGE
    return False


def is_minor(case: Case, on: date) -> bool:
    """Tell whether the person may be under 18 on this day. False if unknown."""
    if case.birth:
        return _years(case.birth.last, on.isoformat()) < _ADULT_AGE
    if not was_minor(case) or not case.last_seen.date or not case.age_when_missing:
        return was_minor(case)
    ages = [end for end in (case.age_when_missing.min, case.age_when_missing.max) if end is not None]
    return min(ages) + _years(case.last_seen.date, on.isoformat()) < _ADULT_AGE


def age_then(case: Case) -> Range | None:
    """Return the age when last seen, in years: the source's, else that from the date of birth. None if unknown."""
    if case.age_when_missing:
        return case.age_when_missing
    return _age_by_birth(case, case.last_seen.date) if case.last_seen.date else None


def age_on(case: Case, day: date) -> Range | None:
    """Return the age on this day, in years, give or take one. None if unknown, or beyond a human life."""
    age = _age_by_birth(case, day.isoformat()) or _age_by_absence(case, day.isoformat())
    return age if age and (age.min or 0) <= _MAX_AGE else None


def _age_by_birth(case: Case, day: str) -> Range | None:
    birth = case.birth
    if birth is None or not all(map(_PARTIAL_DATE.fullmatch, (birth.first, birth.last, day))):
        return None
    youngest, oldest = _years(birth.last, day), _years(birth.first, day)
    return Range(min=max(0, youngest), max=oldest) if oldest >= 0 else None


def _age_by_absence(case: Case, day: str) -> Range | None:
    """Add the years since the person was last seen. Half a year or more counts as a year."""
    age, since = case.age_when_missing, case.last_seen.date
    ends = [end for end in (age.min, age.max) if end is not None] if age else []
    if not ends or since is None or not _PARTIAL_DATE.fullmatch(since):
        return None
    years = round(_decimal_year(day, since) - _decimal_year(since, day))
    return Range(min=ends[0] + years, max=ends[-1] + years) if years >= 0 else None


def _decimal_year(day: str, other: str) -> float:
    """Return a date as a number of years. Month and day count only if the other date has a month too."""
    year, *rest = day.split("-")
    return int(year) + (int(rest[0]) / 12 if rest and "-" in other else 0)


def _years(first: str, last: str) -> int:
    """Count the whole years between two dates, which may lack day or month (2021, 2021-02, 2021-02-27)."""
    (year, *rest), (last_year, *last_rest) = ([int(part) for part in text.split("-")] for text in (first, last))
    compared = min(len(rest), len(last_rest))
    return last_year - year - (rest[:compared] > last_rest[:compared])
