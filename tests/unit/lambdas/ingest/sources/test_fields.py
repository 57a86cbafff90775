"""Tests of reading members of untrusted documents."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.ingest.sources.fields import integer, known_text, number, positive


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12.5", 12.5), (3, 3.0), (True, None), ("x", None), (None, None), ("nan", None), (10**400, None), ([1], None)],
)
def test_numbers(value: Any, expected: float | None) -> None:
    assert number({"n": value}, "n") == expected


def test_positive_rejects_zero_negative_and_too_large() -> None:
    assert [positive({"n": value}, "n", maximum=108) for value in (0, -1, 500, 64)] == [None, None, None, 64]


def test_whole_numbers() -> None:
    assert [integer({"n": value}, "n") for value in ("7", 7.0, 7.5, 2.0**60, False)] == [7, 7, None, None, None]


@pytest.mark.parametrize("word", ["Unknown", "unsure", "", "  ", "N/A", "None"])
def test_placeholder_words_are_unknown(word: str) -> None:
    assert known_text({"w": word}, "w") is None
