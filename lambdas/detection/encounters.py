"""Which encounter a sighting belongs to: decided once, whatever the order, the number or the fate of the deciders.

A `window#CASE#CAMERA` item lists the recent encounters of a case at a camera. Who finds none that encloses the sighting
writes that item (on condition that nobody did since it was read) and the new encounter in one transaction, so of any
number of concurrent matchers one opens the encounter and the rest read it and join. Whether an encounter is over is
compared here, with the sighting's own time; DynamoDB's TTL only cleans up, days late.

Whoever makes an encounter alert takes that alert to send it with the same write (see alert_state.py), so that it is on
its way without another step; if he dies, the sweep sends it.
"""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import (
    backoff_s,
    despite_conflicts,
    from_attributes,
    is_condition_failure,
    to_attribute,
    to_attributes,
    transact,
    update_if,
)
from lambdas.common.keys import evidence_key
from lambdas.common.times import to_text
from lambdas.detection.windows import Window, muting, read_window
from lambdas.encounters.encounter import (
    LEASE,
    AlertState,
    Encounter,
    Notice,
    NoticeKind,
    Review,
    Sighting,
    Timeline,
    notice_item,
    notice_key,
)
from lambdas.encounters.table import window_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.policy import Policy
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture

_ATTEMPTS = 12


class EncounterGoneError(RuntimeError):
    """The encounter was deleted by hand while its window still lists it; the capture goes to the dead-letter queue."""


class ContentionError(RuntimeError):
    """The window item changed under every attempt; the queue delivers the capture again."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The encounter of a sighting.

    `opened` is that encounter where the sighting opened it; `is_prepared` says that the writes were made that its first
    alert needs.
    """

    encounter_id: str
    window: Window
    opened: Encounter | None = None
    is_prepared: bool = False


@dataclass(frozen=True, kw_only=True)
class Encounters:
    """The encounters table. `lease` is how long an alert stays in the hands of whoever took it."""

    dynamodb: DynamoDBClient
    table: str
    policy: Policy
    lease: timedelta = LEASE
    pause: Callable[[float], None] = time.sleep

    def place(
        self,
        candidate: Candidate,
        capture: Capture,
        window: Window,
        *,
        searched_at: datetime,
        now: datetime,
        preparing: Callable[[Encounter], list[dict[str, Any]]],
    ) -> Place:
        """The encounter that this sighting belongs to; opened, with the sighting in it, if there is none.

        `window` is that of the case at the camera, as it was read; if it has changed since, it is read again.
        `preparing` gives the writes that the first alert of an encounter needs. They are made together with it; if that
        cannot be done at once, without them.

        Raises:
            ContentionError: too many others opened encounters of this case at this camera at the same time.
        """
        key = window_key(candidate.case.case_id, capture.camera)
        for attempt in range(_ATTEMPTS):
            if found := window.enclosing(capture.captured_at, timedelta(seconds=self.policy.window_s)):
                return Place(encounter_id=found, window=window)
            encounter = self._new(candidate, capture, window, searched_at=searched_at, now=now)
            prepared = preparing(encounter) if encounter.alert and not attempt else []
            if self._open(encounter, key, window, prepared):
                return Place(
                    encounter_id=encounter.encounter_id, window=window, opened=encounter, is_prepared=bool(prepared)
                )
            self.pause(backoff_s(attempt))
            window = read_window(self._get(key))
        raise ContentionError(f"{_ATTEMPTS} attempts to open an encounter found its window changed")

    def join(self, place: Place, candidate: Candidate, capture: Capture, *, now: datetime) -> Encounter | None:
        """Add the sighting to an encounter that was there; the encounter, if its first alert is now the caller's.

        A capture that the encounter has already adds nothing, but what its first delivery left undone is done.

        Raises:
            EncounterGoneError: there is no such encounter any more.
        """
        encounter = self._add(
            place.encounter_id, capture.capture_id, sighting_of(candidate, capture, place.encounter_id)
        )
        if not candidate.alerting or encounter.review is not Review.OPEN:
            return None
        if encounter.alert is None:
            if muting(self.policy, place.window, candidate, capture):
                return None
            return self._take_alert(encounter, now=now)
        self._tell_of_a_better_shot(encounter, candidate, now=now)
        return None

    def _new(
        self, candidate: Candidate, capture: Capture, window: Window, *, searched_at: datetime, now: datetime
    ) -> Encounter:
        encounter_id = uuid.uuid4().hex[:16]
        muted = muting(self.policy, window, candidate, capture) if candidate.alerting else None
        encounter = Encounter(
            encounter_id=encounter_id,
            case_id=candidate.case.case_id,
            camera=capture.camera,
            started_at=to_text(capture.captured_at),
            sightings={capture.capture_id: sighting_of(candidate, capture, encounter_id)},
            link_token=secrets.token_urlsafe(12),
            muted=muted,
            timeline=Timeline(
                captured_at=to_text(capture.captured_at),
                received_at=to_text(capture.received_at),
                stored_at=to_text(capture.stored_at) if capture.stored_at else None,
                searched_at=to_text(searched_at),
                encountered_at=to_text(now),
                again=bool(capture.known_cases),
            ),
            expires_at=self.policy.expiry(now),
        )
        if candidate.alerting and not muted:
            encounter.alert = AlertState.SENDING
            encounter.alert_due_at = to_text(now + self.lease)
            encounter.alert_attempts = 1
            encounter.alerted_similarity = candidate.similarity
            encounter.alerted_sightings = 1
        return encounter

    def _open(self, encounter: Encounter, key: str, window: Window, prepared: list[dict[str, Any]]) -> bool:
        # Only the list: the same item carries what people said of earlier encounters, which is not ours to write.
        list_it: dict[str, Any] = {
            "TableName": self.table,
            "Key": {"encounter_id": {"S": key}},
            "UpdateExpression": "SET kind = :window, encounters = :listed, version = :next, expires_at = :expiry",
            "ConditionExpression": "attribute_not_exists(encounter_id) OR version = :seen",
            "ExpressionAttributeValues": to_attributes(
                {
                    ":window": "window",
                    ":listed": msgspec.to_builtins(window.with_opened(encounter.encounter_id, encounter.started_at)),
                    ":next": window.version + 1,
                    ":seen": window.version,
                    ":expiry": encounter.expires_at,
                }
            ),
        }
        put_it: dict[str, Any] = {
            "TableName": self.table,
            "Item": to_attributes({"kind": "encounter", **msgspec.to_builtins(encounter)}),
            "ConditionExpression": "attribute_not_exists(encounter_id)",
        }
        return transact(self.dynamodb, {"Update": list_it}, {"Put": put_it}, *prepared)

    def _add(self, encounter_id: str, capture_id: str, sighting: Sighting) -> Encounter:
        try:
            answer = despite_conflicts(
                self.dynamodb.update_item,
                TableName=self.table,
                Key={"encounter_id": {"S": encounter_id}},
                UpdateExpression="SET sightings.#capture = :sighting",
                ConditionExpression="attribute_exists(encounter_id) AND attribute_not_exists(sightings.#capture)",
                ExpressionAttributeNames={"#capture": capture_id},
                ExpressionAttributeValues={":sighting": to_attribute(msgspec.to_builtins(sighting))},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            attributes: Any = answer["Attributes"]
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            attributes = error.response.get("Item", {})
        if not attributes:
            raise EncounterGoneError(f"encounter {encounter_id} does not exist any more")
        return msgspec.convert(from_attributes(attributes), type=Encounter)

    def _take_alert(self, encounter: Encounter, *, now: datetime) -> Encounter | None:
        """None where somebody else has it, or a person has decided."""
        values = {
            ":sending": AlertState.SENDING.value,
            ":until": to_text(now + self.lease),
            ":one": 1,
            ":best": encounter.best.similarity,
            ":shots": len(encounter.sightings),
            ":open": Review.OPEN.value,
        }
        taken = update_if(
            self.dynamodb,
            TableName=self.table,
            Key={"encounter_id": {"S": encounter.encounter_id}},
            UpdateExpression="SET alert = :sending, alert_due_at = :until, alert_attempts = :one, "
            "alerted_similarity = :best, alerted_sightings = :shots REMOVE muted",
            ConditionExpression="attribute_not_exists(alert) AND review = :open",
            ExpressionAttributeValues=to_attributes(values),
            ReturnValues="ALL_NEW",
        )
        return None if taken is None else msgspec.convert(taken, type=Encounter)

    def _tell_of_a_better_shot(self, encounter: Encounter, candidate: Candidate, *, now: datetime) -> None:
        """Put one notice, if this shot is clearly better than what the last alert told of, so many times at most."""
        told = encounter.alerted_similarity
        if told is None or encounter.better_shots >= self.policy.better_shot_limit:
            return
        if candidate.similarity < told + self.policy.better_shot_margin:
            return
        number = encounter.better_shots + 1
        notice = Notice(
            encounter_id=notice_key(encounter.encounter_id, NoticeKind.BETTER_SHOT, str(number)),
            about=encounter.encounter_id,
            notice=NoticeKind.BETTER_SHOT,
            created_at=to_text(now),
            alert_due_at=to_text(now),
            expires_at=self.policy.expiry(now),
        )
        count_it: dict[str, Any] = {
            "TableName": self.table,
            "Key": {"encounter_id": {"S": encounter.encounter_id}},
            "UpdateExpression": "SET better_shots = :number, alerted_similarity = :similarity, "
            "alerted_sightings = :shots",
            # Of several better shots at once one is told of; the others are in the digest.
            "ConditionExpression": "better_shots = :seen AND review = :open",
            "ExpressionAttributeValues": to_attributes(
                {
                    ":number": number,
                    ":seen": encounter.better_shots,
                    ":similarity": candidate.similarity,
                    ":shots": len(encounter.sightings),
                    ":open": Review.OPEN.value,
                }
            ),
        }
        transact(self.dynamodb, {"Update": count_it}, {"Put": {"TableName": self.table, "Item": notice_item(notice)}})

    def _get(self, key: str) -> dict[str, Any] | None:
        answer = self.dynamodb.get_item(TableName=self.table, Key={"encounter_id": {"S": key}}, ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None


def sighting_of(candidate: Candidate, capture: Capture, encounter_id: str) -> Sighting:
    """The capture as the encounter lists it."""
    return Sighting(
        similarity=candidate.similarity,
        captured_at=to_text(capture.captured_at),
        key=evidence_key(encounter_id, capture.capture_id),
        photo_id=candidate.photo_id,
        track=capture.track,
        photos=candidate.photos,
        alerting=candidate.alerting,
        runner_up=candidate.runner_up,
    )
