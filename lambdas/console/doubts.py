"""What speaks against a match, as far as the records tell. A reviewer looks for the rest: height, marks, clothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus, PhotoKind
from lambdas.encounters.evidence import CLEAR, evidence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.cases.table import StoredCase
    from lambdas.console.cameras import Camera
    from lambdas.encounters.encounter import Encounter

_OLD_YEARS = 10
_BLURRED = 30.0
_KM_PER_MILE = 1.609344


def doubts(
    encounter: Encounter, stored: StoredCase | None, *, sharpness: float | None, t: Callable[..., str]
) -> Iterator[str]:
    """Yield one sentence for each thing that speaks against the match. `t` translates."""
    best, evidence = encounter.best, evidence_of(encounter)
    if best.time_doubt:
        yield t("The time of the picture is not known: {why}.", why=t(best.time_doubt.reason))
    if sharpness is not None and sharpness < _BLURRED:
        yield t("The picture is blurred (sharpness {value} of 100).", value=f"{sharpness:.0f}")
    if evidence.margin is not None and evidence.margin < CLEAR:
        yield t("Another case is only {points} points behind.", points=f"{evidence.margin:.1f}")
    if evidence.shots == 1:
        yield t("There is only one picture.")
    if stored:
        yield from _doubts_of_case(encounter, stored, t)


def distance_text(camera: Camera, kilometers: float, t: Callable[..., str]) -> str:
    """Say how far the camera is from where the person was last seen."""
    miles = f"{kilometers / _KM_PER_MILE:.0f}"
    return t("{miles} mi ({km} km) from {site}", km=f"{kilometers:.0f}", miles=miles, site=camera.site)


def _doubts_of_case(encounter: Encounter, stored: StoredCase, t: Callable[..., str]) -> Iterator[str]:
    case, best = stored.case, encounter.best
    if stored.status is not CaseStatus.OPEN:
        yield t("The case is closed.")
    if case.last_seen.date and best.captured_at[: len(case.last_seen.date)] < case.last_seen.date:
        yield t("The picture is older than the day when the person was last seen.")
    photo = next((photo for photo in case.photos if photo.photo_id == best.photo_id), None)
    if photo is None:
        yield t("The case no longer has the photo that matched.")
        return
    if photo.kind is PhotoKind.AGE_PROGRESSION:
        yield t("The photo that matched is age-progressed: nobody has looked exactly like it.")
    if photo.kind is PhotoKind.ARTIST:
        yield t("The photo that matched is a drawing.")
    if photo.taken_year and int(best.captured_at[:4]) - photo.taken_year >= _OLD_YEARS:
        yield t("The photo that matched is {years} years old.", years=int(best.captured_at[:4]) - photo.taken_year)
