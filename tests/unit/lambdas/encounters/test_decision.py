"""Which sightings make an encounter alert, alone or together."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from lambdas.encounters.decision import Grounds, decide, decision_of
from lambdas.encounters.encounter import Sighting

REVIEW, ALERT, ALONE = 80, 97, 99


def sighting(similarity: float, track: str | None = "t-1", **more: Any) -> Sighting:
    known: dict[str, Any] = {"alone": similarity >= ALONE, "alone_threshold": ALONE, **more}
    return Sighting(
        similarity=similarity,
        captured_at="2026-11-23T03:00:00.000Z",
        key=f"encounters/e/{similarity}.jpg",
        photo_id="1",
        track=track,
        alerting=similarity >= ALERT,
        **known,
    )


@pytest.mark.parametrize(
    ("sightings", "grounds"),
    [
        ([sighting(99)], Grounds.ALONE),
        ([sighting(98.9)], None),
        ([sighting(97, alone=True, photos=2)], Grounds.TWO_PHOTOS),
        ([sighting(97), sighting(80)], Grounds.TWO_SIGHTINGS),
        ([sighting(97), sighting(98.9)], Grounds.TWO_SIGHTINGS),
        ([sighting(96.9), sighting(96.8)], None),
        ([sighting(97, "t-1"), sighting(98, "t-2")], None),
        ([sighting(97, None), sighting(98, None)], None),
        ([sighting(97, sha256="a"), sighting(98, sha256="a")], None),
        ([sighting(97, sha256="a"), sighting(80, sha256="b")], Grounds.TWO_SIGHTINGS),
        ([sighting(97), sighting(80), sighting(99.5, "t-2")], Grounds.TWO_SIGHTINGS),
        ([sighting(99.5), sighting(85, "t-2")], Grounds.ALONE),
        ([sighting(97, alone_threshold=None)], Grounds.ALONE),
    ],
)
def test_decision_does_not_depend_on_the_order(sightings: list[Sighting], grounds: Grounds | None) -> None:
    for order in itertools.permutations(sightings):
        *before, last = order
        arrivals = [decide(each, order[:number]) for number, each in enumerate(order)]
        decision = decision_of(order)
        assert (decision and decision.grounds) == grounds
        # It is made when the last of the sightings that it needs arrives.
        assert any(arrivals) == (grounds is not None)
        assert decide(last, before) or arrivals[-1] is None


def test_decision_names_the_sightings_that_decide() -> None:
    weaker, stronger, other = sighting(81), sighting(97.5), sighting(85, "t-2")
    decision = decide(weaker, [other, stronger])
    assert decision is not None
    assert decision.sightings == (stronger, weaker)
    # A sighting of somebody else does not complete the pair again.
    assert decide(other, [weaker, stronger]) is None
