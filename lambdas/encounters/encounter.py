"""An encounter as the encounters table has it: one case at one camera within one time window."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import msgspec

from lambdas.common.dynamodb import to_attributes

# How long an alert stays in the hands of the function that took it: longer than any that sends alerts may run, so that
# a claim that ran out has no holder left, and longer than a receipt takes.
LEASE = timedelta(seconds=60)


class AlertState(StrEnum):
    """How far an alert or a notice has come; below the alert threshold an encounter has none."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class Review(StrEnum):
    """A person's verdict, or that there is none yet, or none to come (case closed, nobody decided in time)."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Stage(StrEnum):
    """Where an encounter is in its life: open -> alerted -> acknowledged -> one of the rest."""

    OPEN = "open"
    ALERTED = "alerted"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The other case that a capture resembles most. `similarity` is 0 to 100."""

    case_id: str
    similarity: float


class Sighting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One capture of an encounter. `similarity` is 0 to 100, `key` is where the detection bucket keeps its picture.

    `photos` counts the photos of the case that the capture resembles; `alerting` says that it reached the threshold
    that applies to the case and the photo.
    """

    similarity: float
    captured_at: str
    key: str
    photo_id: str
    track: str | None = None
    photos: int = 1
    alerting: bool = False
    runner_up: RunnerUp | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the capture that opened the encounter passed each hop, ISO 8601 UTC with milliseconds.

    `again` says that it was searched once more for the sake of a new case, long after it was stored.
    """

    captured_at: str
    received_at: str
    stored_at: str | None = None
    searched_at: str
    encountered_at: str
    again: bool = False


class Encounter(msgspec.Struct, kw_only=True):
    """The record of one encounter; `sightings` is keyed by capture id.

    `link_token` is the secret part of the link in its alert. `alerted_similarity` and `alerted_sightings` are what the
    last alert told of. `muted` says why it does not alert although it resembles its case enough.
    """

    encounter_id: str
    case_id: str
    camera: str
    started_at: str
    sightings: dict[str, Sighting]
    timeline: Timeline
    link_token: str = ""
    review: Review = Review.OPEN
    reviewed_at: str | None = None
    reviewed_by: str | None = None
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
    muted: str | None = None
    alert: AlertState | None = None
    alert_due_at: str | None = None
    alert_attempts: int = 0
    alerted_at: str | None = None
    alerted_similarity: float | None = None
    alerted_sightings: int = 0
    better_shots: int = 0
    expires_at: int | None = None

    @property
    def best(self) -> Sighting:
        """The sighting of highest similarity."""
        return max(self.sightings.values(), key=lambda sighting: sighting.similarity)

    @property
    def told_at(self) -> str:
        """When its alert went out; until then, and without one, when the encounter was opened."""
        return self.alerted_at or self.timeline.encountered_at

    @property
    def stage(self) -> Stage:
        """Where it is in its life."""
        if self.review is not Review.OPEN:
            return Stage(self.review.value)
        if self.acknowledged_at:
            return Stage.ACKNOWLEDGED
        return Stage.ALERTED if self.alert is AlertState.SENT else Stage.OPEN


class NoticeKind(StrEnum):
    """What a notice tells: an alert that one audience gets later, or what became of an encounter after its alert."""

    FIRST = "first"
    BETTER_SHOT = "better-shot"
    DIGEST = "digest"
    ESCALATION = "escalation"
    RECALL = "recall"
    BUDGET = "budget"


class Notice(msgspec.Struct, kw_only=True):
    """A message after, or beside, the first alert; an item of its own, sent by the same states as an encounter's alert.

    `encounter_id` is its own key, `notice#ABOUT#KIND#PART`; `about` is the encounter (for BUDGET the day).
    `audience` names the recipients; empty means everybody whom their own settings let have it.
    """

    encounter_id: str
    about: str
    notice: NoticeKind
    created_at: str
    audience: tuple[str, ...] = ()
    alert: AlertState = AlertState.DUE
    alert_due_at: str | None = None
    alert_attempts: int = 0
    alerted_at: str | None = None
    expires_at: int | None = None


def notice_key(about: str, kind: NoticeKind, part: str = "1") -> str:
    """The key of a notice: the same notice gets the same key, however often somebody asks for it."""
    return f"notice#{about}#{kind.value}#{part}"


def notice_item(notice: Notice) -> dict[str, Any]:
    """The notice as typed attributes of the encounters table."""
    return to_attributes({"kind": "notice", **msgspec.to_builtins(notice)})
