"""Minors, when last seen and on a given day."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lambdas.cases.ages import age_on, age_then, is_minor, was_minor
from lambdas.cases.case import Case, LastSeen, Period, Range


@pytest.mark.parametrize(
    ("known", "was", "now"),
    [
        ({}, False, False),
        ({"age_when_missing": Range(min=17, max=17), "last_seen": LastSeen(date="2026-01-02")}, True, True),
        ({"age_when_missing": Range(min=9, max=11), "last_seen": LastSeen(date="1999")}, True, False),
        ({"age_when_missing": Range(min=18, max=18), "last_seen": LastSeen(date="2026-01-02")}, False, False),
        ({"age_when_missing": Range(max=16)}, True, True),
        ({"birth": Period(first="2010-05-01", last="2010-05-01"), "last_seen": LastSeen(date="2026")}, True, True),
        ({"birth": Period(first="2008-11-23", last="2008-11-23"), "last_seen": LastSeen(date="2026-11")}, False, False),
        ({"birth": Period(first="2008-11-24", last="2008-11-24"), "last_seen": LastSeen(date="2026-10")}, True, True),
    ],
)
def test_minor_when_last_seen_and_on_a_day(known: dict[str, object], *, was: bool, now: bool) -> None:
    case = msgspec.convert({"case_id": "s:1", "source": "s", "source_id": "1"} | msgspec.to_builtins(known), type=Case)
    assert was_minor(case) is was
    assert is_minor(case, date(2026, 11, 23)) is now


@pytest.mark.parametrize(
    ("known", "then", "now"),
    [
        ({"age_when_missing": Range(min=44, max=44), "last_seen": LastSeen(date="2011-11-30")}, "44", "59"),
        ({"age_when_missing": Range(min=44, max=46), "last_seen": LastSeen(date="2011")}, "44-46", "59-61"),
        ({"age_when_missing": Range(min=44, max=44), "last_seen": LastSeen(date="2026-09")}, "44", "44"),
        (
            {"birth": Period(first="1967-05-01", last="1967-05-01"), "last_seen": LastSeen(date="2011-04-30")},
            "43",
            "59",
        ),
        ({"age_when_missing": Range(min=7, max=7), "birth": Period(first="2004", last="2005")}, "7", "21-22"),
        ({"age_when_missing": Range(min=80, max=80), "last_seen": LastSeen(date="1950")}, "80", None),
        ({"age_when_missing": Range(min=30, max=30)}, "30", None),
        ({"last_seen": LastSeen(date="2011")}, None, None),
        ({"age_when_missing": Range(min=30, max=30), "last_seen": LastSeen(date="about 2011")}, "30", None),
    ],
)
def test_age_when_missing_and_about_now(known: dict[str, object], then: str | None, now: str | None) -> None:
    case = msgspec.convert({"case_id": "s:1", "source": "s", "source_id": "1"} | msgspec.to_builtins(known), type=Case)
    ages = (age_then(case), age_on(case, date(2026, 11, 23)))
    assert tuple(str(age) if age else None for age in ages) == (then, now)
