"""How much more a case needs that looks like many people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.look_alikes import CaseVerdict, halvings_of_gallery, halvings_of_verdicts
from lambdas.encounters.policy import Thresholds

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def verdicts(*given: tuple[str, float]) -> list[CaseVerdict]:
    return [
        CaseVerdict(f"e-{number}", Review(verdict), to_text(NOW - timedelta(days=days)))
        for number, (verdict, days) in enumerate(given)
    ]


@pytest.mark.parametrize(
    ("near", "among", "halvings"),
    [
        (0, 0, 0),
        (0, 250, 0),
        (1, 250, 0.178),
        (3, 250, 1.178),
        (9, 250, 2),
        (25, 25_000, 0),
        (60, 25_000, 0.73),
        (1, 30, 0.457),
    ],
)
def test_resembling_more_cases_than_usual_needs_more(near: int, among: int, halvings: float) -> None:
    assert halvings_of_gallery(near=near, among=among) == halvings


@pytest.mark.parametrize(
    ("given", "halvings"),
    [
        ([], 0),
        ([("dismissed", 0)], 0.5),
        ([("dismissed", 90)], 0.25),
        ([("dismissed", 0), ("dismissed", 0), ("dismissed", 0), ("dismissed", 0)], 1.5),
        ([("dismissed", 1), ("confirmed", 0)], 0.248),
        ([("confirmed", 1), ("dismissed", 0)], 0.5),
        ([("confirmed", 0)], 0),
    ],
)
def test_verdicts_raise_and_time_or_confirmation_lower(given: list[tuple[str, float]], halvings: float) -> None:
    assert halvings_of_verdicts(verdicts(*given), now=NOW) == halvings


def test_halving_raises_what_alerts_but_not_what_is_reviewed() -> None:
    assert Thresholds(80, 97, 99).raised(1) == Thresholds(80, 98.5, 99.5)
    assert Thresholds(80, 97, 99).raised(0) == Thresholds(80, 97, 99)
    assert Thresholds(80, 100, 100).raised(1.5) == Thresholds(80, 100, 100)
