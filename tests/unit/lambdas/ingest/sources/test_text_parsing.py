"""Tests of the parsers of HTML and captions."""

from __future__ import annotations

import pytest

from lambdas.ingest.sources.text_parsing import caption_year, plain_text


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
    ("caption", "expected"),
    [("Odile, 2021", 2021), ("1997 or 1998", None), ("photo 12021", None), (None, None)],
)
def test_year_of_a_caption(caption: str | None, expected: int | None) -> None:
    assert caption_year(caption) == expected
