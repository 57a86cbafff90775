"""Build the records of a sighting, and of the encounter that it opens."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.keys import evidence_key
from lambdas.common.times import to_text
from lambdas.encounters.encounter import AlertState, Encounter, Sighting, Timeline

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture
    from lambdas.encounters.policy import Policy


def new_encounter(
    candidate: Candidate,
    capture: Capture,
    *,
    muted: str | None,
    searched_at: datetime,
    now: datetime,
    claimed_until: datetime,
    policy: Policy,
) -> Encounter:
    """Build an encounter with its first sighting.

    If the sighting is enough alone and nothing mutes it, the encounter is created with its alert claimed.
    """
    encounter_id = uuid.uuid4().hex[:16]
    encounter = Encounter(
        encounter_id=encounter_id,
        case_id=candidate.case.case_id,
        camera=capture.camera,
        started_at=to_text(now),
        sightings={capture.capture_id: sighting_of(candidate, capture, encounter_id, policy)},
        link_token=secrets.token_urlsafe(12),
        muted=muted,
        timeline=_timeline(capture, searched_at=searched_at, now=now),
        expires_at=policy.expiry(now),
    )
    if candidate.alone and not muted:
        encounter.alert = AlertState.SENDING
        encounter.alert_due_at = to_text(claimed_until)
        encounter.alert_attempts = 1
        encounter.alerted_similarity = candidate.similarity
        encounter.alerted_sightings = 1
    return encounter


def sighting_of(candidate: Candidate, capture: Capture, encounter_id: str, policy: Policy) -> Sighting:
    """Build the record of the capture in the encounter."""
    may_be_followed = capture.track is not None and not capture.final
    waits = candidate.alerting and not candidate.alone and may_be_followed
    return Sighting(
        similarity=candidate.similarity,
        captured_at=to_text(capture.captured_at),
        key=evidence_key(encounter_id, capture.capture_id),
        photo_id=candidate.photo_id,
        sha256=capture.sha256,
        track=capture.track,
        photos=candidate.photos,
        alerting=candidate.alerting,
        alone=candidate.alone,
        alone_threshold=candidate.thresholds.alone,
        strictness=candidate.strictness if candidate.strictness.halvings else None,
        runner_up=candidate.runner_up,
        others=candidate.others,
        waits_until=to_text(capture.received_at + timedelta(seconds=policy.wait_s)) if waits else None,
        time_doubt=capture.time_doubt,
        place=capture.place,
    )


def _timeline(capture: Capture, *, searched_at: datetime, now: datetime) -> Timeline:
    return Timeline(
        captured_at=to_text(capture.captured_at),
        received_at=to_text(capture.received_at),
        stored_at=to_text(capture.stored_at) if capture.stored_at else None,
        searched_at=to_text(searched_at),
        encountered_at=to_text(now),
        again=bool(capture.known_cases),
    )
