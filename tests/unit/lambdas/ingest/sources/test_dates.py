"""Tests of the parsers of dates."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.ingest.sources.dates import parse_day, parse_partial_date, years_between


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("September 6, 2015", "2015-09-06"),
        ("Mar 9, 2004 12:00:00 AM", "2004-03-09"),
        ("Sept. 1st, 1999", "1999-09-01"),
        ("February 30, 2001", None),
        ("unknown", None),
        (20150906, None),
    ],
)
def test_parse_day(written: Any, expected: str | None) -> None:
    assert parse_day(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1958/11/05", ("1958-11-05", "day")),
        ("1958/11", ("1958-11", "month")),
        ("1958-00-00", ("1958", "year")),
        ("0000", None),
        ("05/11/1958", None),
    ],
)
def test_partial_dates_keep_their_precision(written: str, expected: tuple[str, str] | None) -> None:
    assert parse_partial_date(written) == expected


@pytest.mark.parametrize(
    ("birth", "event", "expected"),
    [
        ("2004-03-09", "2012-03-08", 7),
        ("2004-03-09", "2012-03-09", 8),
        ("2004-03-09", "2001-01-01", None),
        ("2004", "2012-03-09", None),
        (None, "2012-03-09", None),
    ],
)
def test_years_between_needs_two_full_dates(birth: str | None, event: str | None, expected: int | None) -> None:
    assert years_between(birth, event) == expected
