"""Compare the rule of before with the match function's, on people who are dealt anew in each round."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.walks.gallery import gallery_of
from benchmarks.walks.rules import CAMERA_SHOTS, NewRule, OldRule, with_thresholds
from benchmarks.walks.traffic import Tally, a_month, once_each
from lambdas.encounters.look_alikes import MAX_OF_GALLERY

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from benchmarks.walks.gallery import Gallery
    from benchmarks.walks.samples import Person
    from edge_device.core.best_shot import ShotRules
    from lambdas.encounters.policy import Policy

    Deal = tuple[Gallery, Sequence[Person], Sequence[Person]]


@dataclass
class Sides:
    """What both rules did in all rounds."""

    old: Tally = field(default_factory=Tally)
    new: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Setup:
    """The new rule's policy, its limit for cases that look like many, and the rules for shots, which both rules get."""

    policy: Policy = field(default_factory=with_thresholds)
    shots: ShotRules = CAMERA_SHOTS
    max_of_gallery: float = MAX_OF_GALLERY

    def old_rule(self, gallery: Gallery) -> OldRule:
        """Build the rule of before."""
        return OldRule(gallery, self.shots)

    def new_rule(self, gallery: Gallery) -> NewRule:
        """Build the match function's rule."""
        return NewRule(gallery, self.shots, self.policy, self.max_of_gallery)


def deals(people: Sequence[Person], *, cases: int, rounds: int, seed: int) -> list[Deal]:
    """Deal people anew in each round: some are enrolled as cases, the others are strangers."""
    random = np.random.default_rng(seed)
    dealt = ([people[index] for index in random.permutation(len(people))] for _ in range(rounds))
    return [(gallery_of(each[:cases]), each[:cases], each[cases:]) for each in dealt]


def walks(dealt: Sequence[Deal], setup: Setup) -> Sides:
    """Let everybody walk past, each of their times, without verdicts."""
    sides = Sides()
    for number, (gallery, enrolled, strangers) in enumerate(dealt):
        sides.old.deal = sides.new.deal = number
        once_each(setup.old_rule(gallery), enrolled, strangers, sides.old)
        once_each(setup.new_rule(gallery), enrolled, strangers, sides.new)
    return sides


def months(dealt: Sequence[Deal], setup: Setup) -> Sides:
    """Let thirty days pass in each deal, with a reviewer's verdicts."""
    sides = Sides()
    for number, (gallery, enrolled, strangers) in enumerate(dealt):
        a_month(setup.old_rule(gallery), enrolled, strangers, sides.old, seed=number)
        a_month(setup.new_rule(gallery), enrolled, strangers, sides.new, seed=number)
    return sides


def searches_per_passer_by(people: Sequence[Person], shots: ShotRules) -> float:
    """Return how many shots the camera sends of a passage that it sees."""
    counts = [len(passage.shots[shots]) for person in people for passage in person.passages]
    return round(mean(count for count in counts if count), 2)


def ratio(part: float, whole: float) -> float:
    """Divide, and round."""
    return round(part / whole, 3) if whole else 0.0


def interval(before: Counter[str], after: Counter[str], random: np.random.Generator) -> tuple[float, float]:
    """Return the interval of the ratio in 95 of 100 bootstrap samples of the people that the old rule alerted for."""
    names = sorted(before | after)
    if not names:
        return 0.0, 0.0
    old, new = (np.array([counter[name] for name in names]) for counter in (before, after))
    drawn = random.integers(len(names), size=(2000, len(names)))
    ratios = new[drawn].sum(axis=1) / np.maximum(1, old[drawn].sum(axis=1))
    return round(float(np.quantile(ratios, 0.025)), 3), round(float(np.quantile(ratios, 0.975)), 3)
