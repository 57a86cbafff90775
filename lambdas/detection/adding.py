"""Add a sighting to an encounter, once, without ever replacing another capture's."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import backoff_s, from_attributes, is_condition_failure, retry_conflicts, update_if
from lambdas.common.keys import EVIDENCE
from lambdas.detection.capture import name_based_id
from lambdas.detection.new_encounter import sighting_of
from lambdas.encounters.encounter import Encounter, Review
from lambdas.encounters.sighting_updates import add_sighting, count_sighting, raise_best, replace_sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture
    from lambdas.encounters.encounter import Sighting
    from lambdas.encounters.policy import Policy

_ATTEMPTS = 12


class EncounterGoneError(RuntimeError):
    """The window lists an encounter that somebody deleted by hand; the capture goes to the dead-letter queue."""


class ContentionError(RuntimeError):
    """An item changed during every attempt; the queue delivers the capture again."""


@dataclass(frozen=True, kw_only=True)
class Added:
    """The encounter with the sighting in it. A full encounter may only count the sighting.

    `key` is where the picture belongs; None if a verdict has moved it, or if the full encounter does not keep it.
    `is_id_reused` is true if another picture has the capture's id, so that the sighting has an id of its own.
    """

    encounter: Encounter
    sighting: Sighting
    key: str | None
    is_id_reused: bool = False


@dataclass(frozen=True, kw_only=True)
class Adder:
    """Adds sightings to encounters of a table."""

    dynamodb: DynamoDBClient
    table: str
    policy: Policy
    pause: Callable[[float], None] = time.sleep

    def add(self, encounter_id: str, candidate: Candidate, capture: Capture) -> Added:
        """Add the sighting. A capture that the encounter has already adds nothing.

        Raises:
            EncounterGoneError: the encounter does not exist any more.
            ContentionError: other sightings replaced those of the full encounter at the same time.
        """
        first_id = capture.capture_id
        for attempt in range(_ATTEMPTS):
            capture_id = capture.capture_id
            sighting = sighting_of(candidate, capture, encounter_id, self.policy)
            encounter = self._update(add_sighting(self.table, encounter_id, capture_id, sighting))
            found = encounter.sightings.get(capture_id)
            if found and found.sha256 not in {None, capture.sha256}:
                capture = replace(capture, capture_id=name_based_id(first_id, capture.sha256 or ""))
                continue
            if not found:
                changed = self._add_to_full(encounter, capture_id, sighting)
                if changed is None:
                    self.pause(backoff_s(attempt))
                    continue
                encounter, found = changed, changed.sightings.get(capture_id)
            if found and found.similarity >= encounter.best.similarity:
                update_if(self.dynamodb, **raise_best(self.table, encounter_id, found.similarity))
            is_here = found is not None and found.key.startswith(EVIDENCE)
            return Added(
                encounter=encounter,
                sighting=found or sighting,
                key=found.key if found and is_here else None,
                is_id_reused=capture_id != first_id,
            )
        raise ContentionError(f"{_ATTEMPTS} attempts to add a sighting found its encounter changed")

    def _add_to_full(self, encounter: Encounter, capture_id: str, sighting: Sighting) -> Encounter | None:
        """Keep the sighting in place of another, or only count it. Return None if the encounter changed meanwhile."""
        dropped = dropped_sighting(encounter, capture_id, sighting)
        if dropped == capture_id:
            return self._update(count_sighting(self.table, encounter.encounter_id, sighting))
        update = replace_sighting(self.table, encounter, dropped, capture_id=capture_id, sighting=sighting)
        changed = self._update(update)
        return changed if capture_id in changed.sightings else None

    def _update(self, update: dict[str, Any]) -> Encounter:
        """Make the update if its condition holds. Return the encounter as it then is."""
        try:
            answer = retry_conflicts(
                self.dynamodb.update_item,
                **update,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            attributes: Any = answer["Attributes"]
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            attributes = error.response.get("Item", {})
        if not attributes:
            raise EncounterGoneError(f"encounter {update['Key']['encounter_id']['S']} does not exist any more")
        return msgspec.convert(from_attributes(attributes), type=Encounter)


def dropped_sighting(encounter: Encounter, capture_id: str, sighting: Sighting) -> str:
    """Choose which sighting a full encounter does not keep: the oldest except the first and the best.

    The evidence of a confirmed encounter is never dropped, nor is a picture that a verdict has moved.
    """
    if encounter.review is Review.CONFIRMED:
        return capture_id
    everything = {**encounter.sightings, capture_id: sighting}
    by_time = sorted(everything, key=lambda each: everything[each].captured_at)
    best = max(everything, key=lambda each: everything[each].similarity)
    droppable = (each for each in by_time[1:] if each != best and everything[each].key.startswith(EVIDENCE))
    return next(droppable, capture_id)
