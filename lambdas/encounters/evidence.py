"""Grade the evidence of an encounter from its shots and from the similarity of the runner-up case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import TYPE_CHECKING

from lambdas.encounters.decision import Grounds, decision_of

if TYPE_CHECKING:
    from lambdas.encounters.encounter import Encounter, RunnerUp

# Points of similarity. A face within 2 points of two people does not tell which of them it is.
_CLOSE = 2.0
CLEAR = 5.0


class Strength(StrEnum):
    """STRONG: two or more images that agree and a clear margin. WEAK: the runner-up is close. FAIR: the rest."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class Ground(StrEnum):
    """Why a match has its strength, and how near the runner-up is."""

    IMAGES_AGREE = "images_agree"
    PHOTOS_AGREE = "photos_agree"
    ONE_IMAGE = "one_image"
    OTHER_NEAR = "other_near"
    OTHER_ALIKE = "other_alike"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`best` and `mean` are similarities, 0 to 100; the mean is of the sightings that are kept.

    `photos` is the most photos of the case that one shot resembles. `grounds` is why the encounter alerts.
    """

    best: float
    mean: float
    shots: int
    alerting_shots: int
    photos: int
    runner_up: RunnerUp | None
    grounds: Grounds | None

    @property
    def margin(self) -> float | None:
        """Points of similarity ahead of the runner-up; negative if behind."""
        return None if self.runner_up is None else round(self.best - self.runner_up.similarity, 2)

    @property
    def ground(self) -> Ground:
        """What decides the grade. A near runner-up weighs more than the number of images."""
        if self.margin is not None and self.margin < CLEAR:
            return Ground.OTHER_ALIKE if self.margin < _CLOSE else Ground.OTHER_NEAR
        if self.alerting_shots > 1 or self.grounds is Grounds.TWO_SIGHTINGS:
            return Ground.IMAGES_AGREE
        return Ground.PHOTOS_AGREE if self.grounds is Grounds.TWO_PHOTOS else Ground.ONE_IMAGE

    @property
    def strength(self) -> Strength:
        """The grade."""
        grades = {Ground.IMAGES_AGREE: Strength.STRONG, Ground.OTHER_ALIKE: Strength.WEAK}
        return grades.get(self.ground, Strength.FAIR)


def evidence_of(encounter: Encounter) -> Evidence:
    """Summarize the sightings. The runner-up is the best sighting's, since both come from one search."""
    sightings = encounter.sightings.values()
    decision = decision_of(sightings)
    return Evidence(
        best=encounter.best.similarity,
        mean=round(fmean(sighting.similarity for sighting in sightings), 2),
        shots=encounter.shots,
        alerting_shots=sum(sighting.alerting for sighting in sightings) + encounter.dropped_alerting,
        photos=max(sighting.photos for sighting in sightings),
        runner_up=encounter.best.runner_up,
        grounds=decision.grounds if decision else None,
    )
