"""Why an encounter alerts, and what speaks against it. Each language says it in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lambdas.cases.ages import was_minor
from lambdas.cases.case import PhotoKind
from lambdas.common.times import from_text
from lambdas.encounters.decision import Grounds, decision_of

if TYPE_CHECKING:
    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter


class Against(StrEnum):
    """What speaks against a match, beside another case that is near."""

    LOOK_ALIKES = "look_alikes"
    OLD_PHOTO = "old_photo"
    CHILD = "child"
    NOT_A_PHOTO = "not_a_photo"


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Why an encounter alerts: None if it is for review only.

    `seconds_apart` is the time between two sightings that agree; None if it is not known.
    """

    grounds: Grounds | None
    seconds_apart: int | None
    against: tuple[Against, ...]


def reasons_of(encounter: Encounter, case: Case | None) -> Reasons:
    """Find the sightings that decide, and the weaknesses of the stronger one."""
    decision = decision_of(encounter.sightings.values())
    deciding = decision.sightings if decision else (encounter.best,)
    seconds = None
    if len(deciding) > 1 and not any(each.time_doubt for each in deciding):
        first, second = (from_text(each.captured_at) for each in deciding)
        seconds = round(abs((first - second).total_seconds()))
    strictness = deciding[0].strictness
    photos = case.photos if case else ()
    kind = next((each.kind for each in photos if each.photo_id == deciding[0].photo_id), PhotoKind.PORTRAIT)
    weak = {
        Against.LOOK_ALIKES: strictness is not None and strictness.look_alikes > 0,
        Against.OLD_PHOTO: strictness is not None and strictness.photo_age > 0,
        Against.CHILD: case is not None and was_minor(case),
        Against.NOT_A_PHOTO: kind is not PhotoKind.PORTRAIT,
    }
    return Reasons(
        grounds=decision.grounds if decision else None,
        seconds_apart=seconds,
        against=tuple(each for each, speaks in weak.items() if speaks),
    )


def similarity_of_others(encounter: Encounter) -> dict[str, float]:
    """Return the other cases that the encounter's sightings resemble, with the best similarity of each."""
    best: dict[str, float] = {}
    for sighting in encounter.sightings.values():
        for other in sighting.others:
            best[other.case_id] = max(best.get(other.case_id, 0), other.similarity)
    return best


def others_of(encounter: Encounter) -> list[str]:
    """List the other cases that the encounter's sightings resemble: `namus:MP1 (95.5)`, the nearest first."""
    best = similarity_of_others(encounter)
    return [f"{case_id} ({best[case_id]:.1f})" for case_id in sorted(best, key=lambda each: -best[each])]
