"""The sentence that says why an encounter alerts and what speaks against it, with its English phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.encounters.decision import Grounds
from lambdas.encounters.evidence import Ground
from lambdas.encounters.reasons import Against

if TYPE_CHECKING:
    from lambdas.encounters.reasons import Reasons


@dataclass(frozen=True, kw_only=True)
class ReasonPhrases:
    """The parts of the sentence in one language."""

    why: dict[Grounds | None, str]
    one_second_apart: str
    seconds_apart: str
    minutes_apart: str
    nearness: dict[Ground, str]
    no_other_near: str
    against: str
    weaknesses: dict[Against, str]

    def sentence(self, reasons: Reasons, ground: Ground, runner_up: str | None) -> str:
        """Say why, how near another case is, and what speaks against the match."""
        apart = "" if reasons.seconds_apart is None else self._apart(reasons.seconds_apart)
        why = self.why[reasons.grounds].format(apart=apart)
        sentence = f"{why}; {self.nearness.get(ground, self.no_other_near).format(case=runner_up)}."
        if not reasons.against:
            return sentence
        return f"{sentence} {self.against.format(what=', '.join(self.weaknesses[each] for each in reasons.against))}."

    def _apart(self, seconds: int) -> str:
        if seconds >= 100:
            return self.minutes_apart.format(count=round(seconds / 60))
        return (self.one_second_apart if seconds == 1 else self.seconds_apart).format(count=seconds)


ENGLISH_REASONS = ReasonPhrases(
    why={
        Grounds.TWO_SIGHTINGS: "Two images{apart} agree",
        Grounds.ALONE: "One image is close enough alone",
        Grounds.TWO_PHOTOS: "One image agrees with two photos of the case",
        None: "For review only: no image is close enough alone, and no two agree",
    },
    one_second_apart=" one second apart",
    seconds_apart=" {count} seconds apart",
    minutes_apart=" {count} minutes apart",
    nearness={
        Ground.OTHER_NEAR: "another case is near ({case})",
        Ground.OTHER_ALIKE: "another case looks almost as alike ({case})",
    },
    no_other_near="no other case is near",
    against="Against it: {what}",
    weaknesses={
        Against.LOOK_ALIKES: "this case looks like many people",
        Against.OLD_PHOTO: "the photo is old",
        Against.CHILD: "children resemble each other more",
        Against.NOT_A_PHOTO: "the picture of the case is not a photo",
    },
)
