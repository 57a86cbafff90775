"""Read what advice.py needs: past encounters, each with the highest threshold at which it would alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.case import PhotoKind
from lambdas.cases.table import read_case
from lambdas.common.times import utc_day
from lambdas.encounters.decision import decision_of
from lambdas.encounters.policy import Thresholds
from lambdas.encounters.score_counts import read_scores
from lambdas.encounters.table import all_encounters
from lambdas.review.thresholds.advice import THRESHOLDS, Advice, PastEncounter, advise, cameras_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter, Sighting
    from lambdas.encounters.policy import Policy


def read_advice(
    dynamodb: DynamoDBClient, *, encounters_table: str, cases_table: str, policy: Policy, since: str, camera: str | None
) -> tuple[Advice, list[Advice]]:
    """Compute the advice for the camera, or for all together, and for each of them. Rates are from `since` on.

    This reads the whole table, so its time grows with the encounters that are kept.
    """
    encounters = list(_past(dynamodb, encounters_table=encounters_table, cases_table=cases_table, policy=policy))
    days = list(read_scores(dynamodb, table=encounters_table, since=since))
    cameras = cameras_of(encounters, days) if camera is None else [camera]
    each = [advise(encounters, days, lowest=policy.at(name).base.review, camera=name) for name in cameras]
    return advise(encounters, days, lowest=policy.at(camera or "").base.review, camera=camera), each


def level_of(encounter: Encounter, case: Case | None, policy: Policy) -> float | None:
    """Return the highest alert threshold at which the encounter would alert, or None.

    What else applies to the case and the kind of photo still does, and so does what a sighting needs to alert alone.
    """
    kinds = {photo.photo_id: photo.kind for photo in case.photos} if case else {}
    nothing = msgspec.structs.replace(policy, base=Thresholds(0, 0, 0))

    def needed(sighting: Sighting) -> float:
        kind = kinds.get(sighting.photo_id, PhotoKind.PORTRAIT)
        return nothing.thresholds_for(case, kind).alert if case else 0

    def alerts_at(threshold: float) -> bool:
        sightings = encounter.sightings.values()
        return decision_of(_judged_at(max(threshold, needed(each)), each) for each in sightings) is not None

    return max(filter(alerts_at, THRESHOLDS), default=None)


def _judged_at(threshold: float, sighting: Sighting) -> Sighting:
    """Return the sighting as it would be with this alert threshold."""
    usual, similarity = sighting.alone_threshold, sighting.similarity
    alone = None if usual is None else max(usual, threshold)
    has_two_photos = usual is not None and sighting.alone and similarity < usual
    alerting = similarity >= threshold
    is_alone = alone is not None and (similarity >= alone or (has_two_photos and alerting))
    return msgspec.structs.replace(sighting, alerting=alerting, alone=is_alone, alone_threshold=alone)


def _past(
    dynamodb: DynamoDBClient, *, encounters_table: str, cases_table: str, policy: Policy
) -> Iterator[PastEncounter]:
    """Read all encounters. A muted one would not have alerted at any threshold."""
    cases: dict[str, Case | None] = {}
    for encounter in all_encounters(dynamodb, table=encounters_table):
        if encounter.case_id not in cases:
            stored = read_case(dynamodb, table=cases_table, case_id=encounter.case_id)
            cases[encounter.case_id] = stored.case if stored else None
        yield PastEncounter(
            camera=encounter.camera,
            day=utc_day(encounter.started_at),
            review=encounter.review,
            level=None if encounter.muted else level_of(encounter, cases[encounter.case_id], policy),
        )
