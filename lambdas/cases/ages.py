"""Tell whether the person of a case was, or is, a minor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from lambdas.cases.case import Case

_ADULT_AGE = 18


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


def _years(first: str, last: str) -> int:
    """Count the whole years between two dates, which may lack day or month (2021, 2021-02, 2021-02-27)."""
    (year, *rest), (last_year, *last_rest) = ([int(part) for part in text.split("-")] for text in (first, last))
    compared = min(len(rest), len(last_rest))
    return last_year - year - (rest[:compared] > last_rest[:compared])
