"""Tests of the parsers of HTML, phone numbers and captions."""

from __future__ import annotations

import pytest

from lambdas.ingest.sources.text_parsing import caption_year, phone_e164, plain_text


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
def test_html_becomes_plain_text(markup: str | None, expected: str | None) -> None:
    assert plain_text(markup) == expected


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
def test_phone_numbers_become_e164(digits: str | None, expected: str | None) -> None:
    assert phone_e164(digits) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [("Odile, 2021", 2021), ("1997 or 1998", None), ("photo 12021", None), (None, None)],
)
def test_year_of_a_caption(caption: str | None, expected: int | None) -> None:
    assert caption_year(caption) == expected
