"""Tests of telephone numbers: a valid one becomes E.164 with its extension, and no other text becomes a number."""

from __future__ import annotations

import pytest

from lambdas.ingest.sources.phones import Phone, find_phone


@pytest.mark.parametrize(
    ("text", "country", "e164", "extension"),
    [
        ("5035550142", "US", "+15035550142", None),
        ("1-503-555-0142", "US", "+15035550142", None),
        ("(503) 555-0142", "US", "+15035550142", None),
        ("503.555.0142", "US", "+15035550142", None),
        ("503-555-0142 ext. 12", "US", "+15035550142", "12"),
        ("(503)555-0142 x7", "US", "+15035550142", "7"),
        ("+47 22 34 56 78", "US", "+4722345678", None),
        ("011 47 22 34 56 78", "US", "+4722345678", None),
        ("+65 6823 4567", "US", "+6568234567", None),
        ("+45 33 14 14 48", "US", "+4533141448", None),
        ("+44 20 7230 1212", "US", "+442072301212", None),
        ("020 7230 1212", "GB", "+442072301212", None),
        ("22 34 56 78", "NO", "+4722345678", None),
        ("503-555-0142 (day)", "US", "+15035550142", None),
    ],
)
def test_valid_number_is_read_in_its_country(text: str, country: str, e164: str, extension: str | None) -> None:
    assert find_phone(text, country=country) == Phone(e164, extension, 0)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "call us",
        "555-0142",
        "0035550142",
        "911",
        "+372 555 1234",
        "503-555-01422",
        "47 22 34 56 78",  # Oslo without its plus sign; its digits are also a number in North Carolina
        "20 7230 1212",  # London; its digits are also a number in Maine
        "503-555-0142 or 503-555-0143",
        "1" * 5_000,
    ],
)
def test_other_text_becomes_no_number(text: str | None) -> None:
    assert find_phone(text, country="US") is None
