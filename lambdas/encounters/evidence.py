"""How much speaks for an encounter: what its shots agree on, and how near the next case is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.encounters.encounter import Encounter, RunnerUp

# Points of similarity. A face that resembles two people within 2 points tells little about which of them it is.
_CLOSE = 2.0
_CLEAR = 5.0


class Strength(StrEnum):
    """In one word: `strong` has two or more alerting shots and no other case near; `weak` has another one close by."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`best` and `mean` similarity (0 to 100) of the shots; `photos` of the case that they resemble; the next case."""

    best: float
    mean: float
    shots: int
    alerting_shots: int
    photos: int
    runner_up: RunnerUp | None

    @property
    def margin(self) -> float | None:
        """By how many points the case is ahead of the runner-up; below 0 where it is behind."""
        return None if self.runner_up is None else round(self.best - self.runner_up.similarity, 2)

    @property
    def strength(self) -> Strength:
        """The word for it."""
        if self.margin is not None and self.margin < _CLOSE:
            return Strength.WEAK
        clear = self.margin is None or self.margin >= _CLEAR
        return Strength.STRONG if clear and self.alerting_shots > 1 else Strength.FAIR


def evidence_of(encounter: Encounter) -> Evidence:
    """The evidence of all sightings; the runner-up is that of the best one, since both come from one search."""
    sightings = encounter.sightings.values()
    return Evidence(
        best=encounter.best.similarity,
        mean=round(fmean(sighting.similarity for sighting in sightings), 2),
        shots=len(sightings),
        alerting_shots=sum(sighting.alerting for sighting in sightings),
        photos=max(sighting.photos for sighting in sightings),
        runner_up=encounter.best.runner_up,
    )
