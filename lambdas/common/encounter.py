"""An encounter as the encounters table has it: one case at one camera within one time window."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class AlertState(StrEnum):
    """How far the alert of an encounter has come; below the alert threshold an encounter has none."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class Review(StrEnum):
    """A person's verdict, or that there is none yet, or none to come because the case was closed."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    WITHDRAWN = "withdrawn"


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of an encounter. `similarity` is 0 to 100, `key` is where the detection bucket keeps its picture."""

    similarity: float
    captured_at: str
    key: str
    photo_id: str
    track: str | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """When the capture that opened the encounter passed each hop, ISO 8601 UTC with milliseconds."""

    captured_at: str
    received_at: str
    stored_at: str | None = None
    searched_at: str
    encountered_at: str


class Encounter(msgspec.Struct, kw_only=True):
    """The record of one encounter; `sightings` is keyed by capture id."""

    encounter_id: str
    case_id: str
    camera: str
    started_at: str
    sightings: dict[str, Sighting]
    timeline: Timeline
    review: Review = Review.OPEN
    alert: AlertState | None = None
    alert_due_at: str | None = None
    alert_attempts: int = 0
    alerted_at: str | None = None
    expires_at: int | None = None

    @property
    def best(self) -> Sighting:
        """The sighting of highest similarity."""
        return max(self.sightings.values(), key=lambda sighting: sighting.similarity)
