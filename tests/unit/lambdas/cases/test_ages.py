"""Minors, when last seen and on a given day."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lambdas.cases.ages import is_minor, was_minor
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
