"""Which encounter a sighting belongs to: decided once, whatever the order, the number or the fate of the deciders.

A `window#CASE#CAMERA` item lists the recent encounters of a case at a camera. Who finds none that encloses the sighting
writes that item (on condition that nobody did since it was read) and the new encounter in one transaction, so of any
number of concurrent matchers one opens the encounter and the rest read it and join. Whether an encounter is over is
compared here, with the sighting's own time; DynamoDB's TTL only cleans up, days late.
"""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attribute, to_attributes
from lambdas.common.encounter import AlertState, Encounter, Sighting, Timeline
from lambdas.common.keys import evidence_key
from lambdas.common.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.detection.capture import Capture

_REMEMBERED = 20  # encounters that a window item lists, the last opened; a sighting of an older one opens its own
_ATTEMPTS = 12


class EncounterGoneError(RuntimeError):
    """The encounter was deleted by hand while its window still lists it; the capture goes to the dead-letter queue."""


class ContentionError(RuntimeError):
    """The window item changed under every attempt; the queue delivers the capture again."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that a search returned for a capture, with its best photo. `similarity` is 0 to 100."""

    case_id: str
    photo_id: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Encounters:
    """The encounters table. Sightings less than `window` from an encounter's start belong to it."""

    dynamodb: DynamoDBClient
    table: str
    window: timedelta
    kept_for: timedelta
    pause: Callable[[float], None] = time.sleep

    def enclosing(self, candidate: Candidate, capture: Capture, *, searched_at: datetime, now: datetime) -> str:
        """The id of the encounter that this sighting belongs to; opened, with the sighting in it, if there is none.

        Raises:
            ContentionError: too many others opened encounters of this case at this camera at the same time.
        """
        window_id = f"window#{candidate.case_id}#{capture.camera}"
        for attempt in range(_ATTEMPTS):
            window = self._get(window_id) or {"version": 0, "encounters": []}
            for known in window["encounters"]:
                if abs(from_text(known["started_at"]) - capture.captured_at) < self.window:
                    return str(known["encounter_id"])
            encounter = _new_encounter(candidate, capture, searched_at=searched_at, now=now)
            encounter.expires_at = self._expiry(now)
            if self._open(encounter, window_id, window):
                return encounter.encounter_id
            self.pause(random.uniform(0, 0.02 * 2 ** min(attempt, 5)))  # noqa: S311 - spreads retries, no secret
        raise ContentionError(f"{_ATTEMPTS} attempts to open an encounter found its window changed")

    def add_sighting(self, encounter_id: str, capture_id: str, sighting: Sighting) -> None:
        """Add the sighting; a capture that the encounter has already changes nothing.

        Raises:
            EncounterGoneError: there is no such encounter any more.
        """
        self._update(
            encounter_id,
            "SET sightings.#capture = :sighting",
            condition="attribute_not_exists(sightings.#capture)",
            names={"#capture": capture_id},
            values={":sighting": msgspec.to_builtins(sighting)},
        )

    def request_alert(self, encounter_id: str, *, now: datetime) -> None:
        """Make the first alert due, unless it was made due before."""
        self._update(
            encounter_id,
            "SET alert = :due, alert_due_at = :now",
            condition="attribute_not_exists(alert)",
            names={},
            values={":due": AlertState.DUE.value, ":now": to_text(now)},
        )

    def _open(self, encounter: Encounter, window_id: str, window: dict[str, Any]) -> bool:
        opened = {"encounter_id": encounter.encounter_id, "started_at": encounter.started_at}
        # In the order in which they were opened: so the first that encloses a sighting stays the first, and whoever
        # brings it again finds that one, also when an encounter before it in time has been opened since.
        recent = [*window["encounters"], opened][-_REMEMBERED:]
        new_window = {
            "encounter_id": window_id,
            "kind": "window",
            "version": window["version"] + 1,
            "encounters": recent,
            "expires_at": encounter.expires_at,
        }
        put_window: Any = {
            "TableName": self.table,
            "Item": to_attributes(new_window),
            "ConditionExpression": "attribute_not_exists(encounter_id) OR version = :seen",
            "ExpressionAttributeValues": {":seen": to_attribute(window["version"])},
        }
        put_encounter: Any = {
            "TableName": self.table,
            "Item": to_attributes({"kind": "encounter", **msgspec.to_builtins(encounter)}),
            "ConditionExpression": "attribute_not_exists(encounter_id)",
        }
        try:
            self.dynamodb.transact_write_items(TransactItems=[{"Put": put_window}, {"Put": put_encounter}])
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True

    def _update(
        self, encounter_id: str, update: str, *, condition: str, names: dict[str, str], values: dict[str, Any]
    ) -> None:
        """Update an encounter; a condition that no longer holds means that this was done before."""
        request: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"encounter_id": {"S": encounter_id}},
                UpdateExpression=update,
                ConditionExpression=f"attribute_exists(encounter_id) AND {condition}",
                ExpressionAttributeValues=to_attributes(values),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **request,
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            if not error.response.get("Item"):
                raise EncounterGoneError(f"encounter {encounter_id} does not exist any more") from error

    def _get(self, key: str) -> dict[str, Any] | None:
        answer = self.dynamodb.get_item(TableName=self.table, Key={"encounter_id": {"S": key}}, ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def _expiry(self, now: datetime) -> int:
        return int((now + self.kept_for).timestamp())


def sighting_of(candidate: Candidate, capture: Capture, encounter_id: str) -> Sighting:
    """The capture as the encounter lists it."""
    return Sighting(
        similarity=candidate.similarity,
        captured_at=to_text(capture.captured_at),
        key=evidence_key(encounter_id, capture.capture_id),
        photo_id=candidate.photo_id,
        track=capture.track,
    )


def _new_encounter(candidate: Candidate, capture: Capture, *, searched_at: datetime, now: datetime) -> Encounter:
    encounter_id = uuid.uuid4().hex[:16]
    return Encounter(
        encounter_id=encounter_id,
        case_id=candidate.case_id,
        camera=capture.camera,
        started_at=to_text(capture.captured_at),
        sightings={capture.capture_id: sighting_of(candidate, capture, encounter_id)},
        timeline=Timeline(
            captured_at=to_text(capture.captured_at),
            received_at=to_text(capture.received_at),
            stored_at=to_text(capture.stored_at) if capture.stored_at else None,
            searched_at=to_text(searched_at),
            encountered_at=to_text(now),
        ),
    )
