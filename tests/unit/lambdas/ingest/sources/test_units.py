"""Tests of the conversion of measures."""

from __future__ import annotations

from lambdas.cases.case import Range
from lambdas.ingest.sources.units import span


def test_span_sorts_its_ends_and_doubles_a_single_one() -> None:
    assert span(70, 69, factor=2.54) == Range(min=175.3, max=177.8)
    assert span(None, 160) == Range(min=160, max=160)
    assert span(None, None) is None
