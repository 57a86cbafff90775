"""Dates, telephone numbers and measures as people read them."""

from __future__ import annotations

import pytest

from lambdas.alerting.texts.languages import PHRASES
from lambdas.cases.case import Range
from lambdas.cases.readable import AMERICAN, readable_phone


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-09-14", "Sep 14, 2026"),
        ("2026-09-04 08:00 UTC", "Sep 4, 2026 08:00 UTC"),
        ("2026-09", "Sep 2026"),
        ("1958", "1958"),
        ("03:08 UTC", "03:08 UTC"),
        ("2026-13-40", "2026-13-40"),
        ("12026-09-14-7", "12026-09-14-7"),
    ],
)
def test_iso_dates_become_american(text: str, read: str) -> None:
    assert AMERICAN.dates(text) == read


def test_dates_of_other_languages() -> None:
    assert {code: phrases.notation.dates("2026-08-01") for code, phrases in PHRASES.items()} == {
        "en": "Aug 1, 2026",
        "es": "1 ago 2026",
        "fr": "1 août 2026",
    }


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("+15035550117", "(503) 555-0117"),
        ("+15035550117 ext. 12", "(503) 555-0117 ext. 12"),
        ("+4722345678", "+4722345678"),
        ("+150355501179", "+150355501179"),
        ("ask the desk", "ask the desk"),
    ],
)
def test_north_american_numbers_have_no_country_code(number: str, read: str) -> None:
    assert readable_phone(number) == read


def test_measures_are_american_with_the_metric_beside() -> None:
    assert AMERICAN.height_of(Range(min=177.8, max=177.8)) == "5 ft 10 in (178 cm)"
    assert AMERICAN.height_of(Range(min=165.1, max=182.9)) == "5 ft 5 in to 6 ft 0 in (165-183 cm)"
    assert AMERICAN.height_of(Range(max=152.4)) == "5 ft 0 in (152 cm)"
    assert AMERICAN.weight_of(Range(min=75, max=75)) == "165 lb (75 kg)"
    assert AMERICAN.weight_of(Range()) is None
    assert AMERICAN.weight_of(None) is None
