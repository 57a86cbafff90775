"""Place each sighting in exactly one encounter, under concurrency, redelivery and any order of arrival.

Sightings belong together by when they were taken, so an old recording makes the encounters that it would have made.

The window of a case at a camera lists its recent encounters. If none of them encloses the sighting, one transaction
writes the window and the new encounter, on the condition that the window has not changed since it was read. So of any
number of concurrent matchers one opens the encounter; the others read it and join. Whether an encounter is over is
computed here from the time of the sighting. DynamoDB's TTL only cleans up, days late.

The write that makes an encounter alert also claims that alert (see alert_updates.py) for the process that makes it. If
that process dies, the sweep sends the alert.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.dynamodb import backoff_s, transact, update_if
from lambdas.common.times import to_text
from lambdas.detection.adding import Adder, ContentionError
from lambdas.detection.muting import muted_reason
from lambdas.detection.new_encounter import new_encounter
from lambdas.encounters.alert_updates import LEASE, claim_first_alert, count_better_shot
from lambdas.encounters.decision import decide
from lambdas.encounters.encounter import Encounter, Review
from lambdas.encounters.flood_counts import count_first_alert, flood_notice
from lambdas.encounters.notice import Notice, NoticeKind, notice_key, put_notice
from lambdas.encounters.table import encounter_item, put_new_request, read_item
from lambdas.encounters.window import Window, list_encounter, note_arrival, window_key, window_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.detection.adding import Added
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture
    from lambdas.encounters.encounter import Sighting
    from lambdas.encounters.policy import Policy

_ATTEMPTS = 12


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The encounter that a sighting belongs to. `opened` is the encounter if the sighting opened it."""

    encounter_id: str
    window: Window
    opened: Encounter | None = None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A sighting that joined an encounter, and the encounter if the caller now has to send its alert."""

    added: Added
    to_alert: Encounter | None


@dataclass(frozen=True, kw_only=True)
class Encounters:
    """Opens and joins encounters. `lease` is how long a claim on an alert lasts."""

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
        first_alerts: int,
        now: datetime,
        first_alert_writes: Callable[[Encounter], list[dict[str, Any]]],
    ) -> Placement:
        """Find the encounter that has or encloses this sighting, or open one with the sighting in it.

        `window` is the window as it was read; if it has changed since, it is read again. `first_alerts` is the number
        of first alerts that the camera gave in this hour. `first_alert_writes` returns the writes that a first alert
        needs. The first attempt makes them in its transaction; later ones leave them to the alert itself.

        Raises:
            ContentionError: too many others opened encounters of this case at this camera at the same time.
        """
        key = window_key(candidate.case.case_id, capture.camera)
        for attempt in range(_ATTEMPTS):
            if held := window.holding(capture.capture_id):
                return Placement(encounter_id=held, window=window)
            if found := window.enclosing(capture.seen_since, timedelta(seconds=self.policy.window_s)):
                if self._may_join(capture, found, window, key):
                    return Placement(encounter_id=found, window=window)
            else:
                muted = self._muted(capture, window, first_alerts=first_alerts, now=now) if candidate.alone else None
                encounter = self._new(candidate, capture, muted=muted, searched_at=searched_at, now=now)
                prepared = first_alert_writes(encounter) if encounter.alert and not attempt else []
                encounter.alert_prepared = bool(prepared)
                if self._open(encounter, window, prepared):
                    return Placement(encounter_id=encounter.encounter_id, window=window, opened=encounter)
            self.pause(backoff_s(attempt))
            window = window_of(read_item(self.dynamodb, table=self.table, key=key))
        raise ContentionError(f"{_ATTEMPTS} attempts to open an encounter found its window changed")

    def join(
        self, placement: Placement, candidate: Candidate, capture: Capture, *, first_alerts: int, now: datetime
    ) -> Joined:
        """Add the sighting to an existing encounter.

        A redelivered capture adds nothing, but completes what its first delivery left undone.

        Raises:
            EncounterGoneError: the encounter does not exist any more.
            ContentionError: too many others changed the encounter at the same time.
        """
        adder = Adder(dynamodb=self.dynamodb, table=self.table, policy=self.policy, pause=self.pause)
        added = adder.add(placement.encounter_id, candidate, capture)
        to_alert = self._alert_for(added, placement.window, capture, first_alerts=first_alerts, now=now)
        return Joined(added=added, to_alert=to_alert)

    def count_alert(self, camera: str, *, now: datetime) -> None:
        """Count a first alert of the camera."""
        update_if(self.dynamodb, **count_first_alert(self.table, camera, now=now))

    def _alert_for(
        self, added: Added, window: Window, capture: Capture, *, first_alerts: int, now: datetime
    ) -> Encounter | None:
        """Claim the first alert if the sightings now give grounds for it, or announce a clearly better shot."""
        encounter, arrived = added.encounter, added.sighting
        others = (each for each in encounter.sightings.values() if each.key != arrived.key)
        if encounter.review is not Review.OPEN or decide(arrived, others) is None:
            return None
        if encounter.alert is None:
            if self._muted(capture, window, first_alerts=first_alerts, now=now):
                return None
            return self._claim_alert(encounter, now=now)
        self._announce_better_shot(encounter, arrived, now=now)
        return None

    def _may_join(self, capture: Capture, encounter_id: str, window: Window, key: str) -> bool:
        """Note where a capture goes whose time is that of its arrival; False if the window changed since it was read.

        A sender that repeats such a capture gives it another time, which may lie in another encounter or in none.
        """
        if capture.time_doubt is None:
            return True
        return (
            update_if(self.dynamodb, **note_arrival(self.table, key, window, capture.capture_id, encounter_id))
            is not None
        )

    def _muted(self, capture: Capture, window: Window, *, first_alerts: int, now: datetime) -> str | None:
        """Say why an encounter that would alert gives no first alert, or None. Tell the agency if the camera floods."""
        if first_alerts >= self.policy.first_alerts_per_hour:
            transact(self.dynamodb, {"Put": flood_notice(self.table, capture.camera, now=now)})
            return f"this camera gave {first_alerts} first alerts in this hour"
        return muted_reason(self.policy, window, capture, now=now)

    def _new(
        self, candidate: Candidate, capture: Capture, *, muted: str | None, searched_at: datetime, now: datetime
    ) -> Encounter:
        return new_encounter(
            candidate,
            capture,
            muted=muted,
            searched_at=searched_at,
            now=now,
            claimed_until=now + self.lease,
            policy=self.policy,
        )

    def _open(self, encounter: Encounter, window: Window, prepared: list[dict[str, Any]]) -> bool:
        return transact(
            self.dynamodb,
            {"Update": list_encounter(self.table, window, encounter)},
            {"Put": put_new_request(self.table, encounter_item(encounter))},
            *prepared,
        )

    def _claim_alert(self, encounter: Encounter, *, now: datetime) -> Encounter | None:
        """Return None if another process claimed it first, or a reviewer has decided."""
        claim = claim_first_alert(self.table, encounter, until=now + self.lease)
        claimed = update_if(self.dynamodb, **claim, ReturnValues="ALL_NEW")
        return None if claimed is None else msgspec.convert(claimed, type=Encounter)

    def _announce_better_shot(self, encounter: Encounter, sighting: Sighting, *, now: datetime) -> None:
        """Put a notice if this shot is clearly better than what the last alert reported, up to the policy's limit.

        Of several better shots at once, one gets a notice; the others appear in the digest.
        """
        alerted = encounter.alerted_similarity
        if alerted is None or encounter.better_shots >= self.policy.better_shot_limit:
            return
        if sighting.similarity < alerted + self.policy.better_shot_margin:
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
        counted = count_better_shot(self.table, encounter, similarity=sighting.similarity)
        transact(self.dynamodb, {"Update": counted}, put_notice(self.table, notice))
