"""Tests of the parser of names."""

from __future__ import annotations

import pytest

from lambdas.cases.case import Name
from lambdas.ingest.sources.names import parse_name


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
def test_parse_name(words: str, expected: Name | None) -> None:
    assert parse_name(words) == expected
