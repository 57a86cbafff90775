"""What sources write, read as far as it can be known and no further."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.cases.case import Name, Range
from lambdas.ingest.sources.dates import day_in_words, partial_date, years_between
from lambdas.ingest.sources.fields import integer, known, number, phone_e164, plain, positive, span, year_in
from lambdas.ingest.sources.names import name_in_words


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
def test_days_in_words(written: Any, expected: str | None) -> None:
    assert day_in_words(written) == expected


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
def test_dates_to_their_precision(written: str, expected: tuple[str, str] | None) -> None:
    assert partial_date(written) == expected


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
def test_age_from_two_full_dates_only(birth: str | None, event: str | None, expected: int | None) -> None:
    assert years_between(birth, event) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("JUNIPER MAE ANNE SAMPLEFORD", Name(given="Juniper", middle="Mae Anne", family="Sampleford")),
        ("van der Fiction", Name(given="van", middle="der", family="Fiction")),
        ("CHER-ISH", Name(given="Cher-Ish")),
        ("UNKNOWN PERSON", None),
        ("Jane Doe", None),
        ("  ", None),
    ],
)
def test_names(words: str, expected: Name | None) -> None:
    assert name_in_words(words) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12.5", 12.5), (3, 3.0), (True, None), ("x", None), (None, None), ("nan", None), (10**400, None), ([1], None)],
)
def test_numbers(value: Any, expected: float | None) -> None:
    assert number({"n": value}, "n") == expected


def test_zero_negative_and_absurd_measures_are_unknown() -> None:
    assert [positive({"n": value}, "n", maximum=108) for value in (0, -1, 500, 64)] == [None, None, None, 64]


def test_whole_numbers() -> None:
    assert [integer({"n": value}, "n") for value in ("7", 7.0, 7.5, 2.0**60, False)] == [7, 7, None, None, None]


@pytest.mark.parametrize("word", ["Unknown", "unsure", "", "  ", "N/A", "None"])
def test_words_for_nothing_are_nothing(word: str) -> None:
    assert known({"w": word}, "w") is None


def test_ranges_are_in_order_and_one_end_stands_for_both() -> None:
    assert span(70, 69, factor=2.54) == Range(min=175.3, max=177.8)
    assert span(None, 160) == Range(min=160, max=160)
    assert span(None, None) is None


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One&nbsp;&amp;\r\n two</p>", "One & two"),
        ("<style>p {color: red}</style>text<script>alert(1)</script>", "text"),
        ("a < b", "a < b"),
        ("<p>\u00a0</p>", None),
        (None, None),
    ],
)
def test_markup_becomes_text(markup: str | None, expected: str | None) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("5035550142", "+15035550142"),
        ("1-503-555-0142", "+15035550142"),
        ("555-0142", None),
        ("0035550142", None),
        (None, None),
    ],
)
def test_phones(digits: str | None, expected: str | None) -> None:
    assert phone_e164(digits) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [("Odile, 2021", 2021), ("1997 or 1998", None), ("photo 12021", None), (None, None)],
)
def test_the_year_in_a_caption(caption: str | None, expected: int | None) -> None:
    assert year_in(caption) == expected
