"""The record of an encounter: one case at one camera within one time window."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.times import from_text, to_text
from lambdas.common.trusted_time import TimeDoubt, time_taken

if TYPE_CHECKING:
    from datetime import datetime

# Of more sightings, the first, the best and the latest are kept.
MAX_SIGHTINGS = 100
MAX_OTHERS = 3  # cases beside the nearest that a sighting keeps


class AlertState(StrEnum):
    """Delivery state of an alert or a notice. An encounter below the alert threshold has none.

    FAILED: sending it raised an error too often; an operator retries it.
    """

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class Review(StrEnum):
    """A reviewer's verdict, or why there is none: still open, case closed (withdrawn), review period over (expired)."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Stage(StrEnum):
    """Stage of an encounter's life: open -> alerted -> acknowledged -> one of the rest."""

    OPEN = "open"
    ALERTED = "alerted"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The second most similar case of a capture. `similarity` is 0 to 100."""

    case_id: str
    similarity: float


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that waits for a second reviewer's."""

    verdict: Review
    by: str
    at: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The review that a verdict replaced, which undoing the verdict restores."""

    review: Review
    reviewed_at: str | None = None
    reviewed_by: str | None = None
    opinions: list[Opinion] = []


class Strictness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a match needs more than its thresholds say: halvings of their distance to 100."""

    look_alikes: float = 0
    photo_age: float = 0

    @property
    def halvings(self) -> float:
        """The sum."""
        return self.look_alikes + self.photo_age


class Sighting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One capture of an encounter.

    `similarity` is 0 to 100. `key` is the key of its picture in the detection bucket, `sha256` the digest of the
    picture as it was searched. `photos` counts the photos of the case that the capture resembles. `alerting` is true
    if it is enough to alert with a second sighting that agrees, `alone` if it is enough without. `alone_threshold` is
    the similarity that it needed for that, `strictness` why that is more than usual. `others` are the nearest of the
    other cases that the search returned for review. While no other sighting agrees, the encounter is shown as waiting
    until `waits_until`. `time_doubt` is why `captured_at` is the time of arrival, instead of what the sender said.
    `place` is where the sender says that it was taken.
    """

    similarity: float
    captured_at: str
    key: str
    photo_id: str
    sha256: str | None = None
    track: str | None = None
    photos: int = 1
    alerting: bool = False
    alone: bool = False
    alone_threshold: float | None = None
    strictness: Strictness | None = None
    runner_up: RunnerUp | None = None
    others: tuple[RunnerUp, ...] = ()
    waits_until: str | None = None
    time_doubt: TimeDoubt | None = None
    place: str | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the capture that opened the encounter passed each hop, ISO 8601 UTC with milliseconds.

    `again` is true if a retrospective search found it, long after it was stored.
    """

    captured_at: str
    received_at: str
    stored_at: str | None = None
    searched_at: str
    encountered_at: str
    again: bool = False


class Encounter(msgspec.Struct, kw_only=True):
    """The record of one encounter; `sightings` is keyed by capture id.

    `started_at` is when the encounter arose here, by our clock; the index of reviews sorts by it.
    `sightings` has at most `MAX_SIGHTINGS`, so that the item stays far below DynamoDB's 400 KB. `dropped` counts the
    others, `dropped_alerting` those of them that reached the alert threshold.

    `link_token` is the secret part of the link in its alert. `alerted_similarity` and `alerted_sightings` are the
    values that the last alert reported. `alert_prepared` is true if what the first alert writes before it is sent was
    written with the encounter. `accepted_channels` are the channels of a first alert that SNS has accepted while others
    are left. `alert_error` is why the last attempt to send the alert failed. `muted` is the reason why an encounter
    above the threshold does not alert.

    `opinions` await a second reviewer or a supervisor; `opinion_at` is when they last changed. Until `undo_until`,
    `earlier` can be restored.
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
    opinions: list[Opinion] = []
    opinion_at: str | None = None
    earlier: Earlier | None = None
    undo_until: str | None = None
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
    muted: str | None = None
    alert: AlertState | None = None
    alert_due_at: str | None = None
    alert_attempts: int = 0
    alert_prepared: bool = False
    alert_error: str | None = None
    accepted_channels: set[str] | None = None
    alerted_at: str | None = None
    alerted_similarity: float | None = None
    alerted_sightings: int = 0
    better_shots: int = 0
    expires_at: int | None = None
    dropped: int = 0
    dropped_alerting: int = 0

    def can_be_undone(self, now: datetime) -> bool:
        """Tell whether the verdict is so new that it can be undone."""
        return self.earlier is not None and self.undo_until is not None and now < from_text(self.undo_until)

    @property
    def shots(self) -> int:
        """The number of all sightings, including those that are not kept."""
        return len(self.sightings) + self.dropped

    def __post_init__(self) -> None:
        """Doubt the sightings' times if they cannot be: earlier versions believed any time of a sender."""
        taken = time_taken(self.timeline.captured_at, arrived_at=from_text(self.opened_at))
        if taken.doubt:
            at = to_text(taken.at)
            self.timeline = msgspec.structs.replace(self.timeline, captured_at=at)
            self.sightings = {
                capture_id: msgspec.structs.replace(sighting, captured_at=at, time_doubt=taken.doubt)
                for capture_id, sighting in self.sightings.items()
            }

    @property
    def opened_at(self) -> str:
        """When the encounter arose here. Every period counts from it, or from the alert."""
        return self.timeline.encountered_at

    @property
    def best(self) -> Sighting:
        """The sighting with the highest similarity."""
        return max(self.sightings.values(), key=lambda sighting: sighting.similarity)

    def place(self, site: str) -> str:
        """Return where the best picture was taken: as its sender says, with the site of the camera."""
        said = self.best.place
        if not said:
            return site
        return said if site == self.camera else f"{said} ({site})"

    @property
    def waits_until(self) -> str | None:
        """Until when a second sighting is expected, because one is not enough; None if the encounter has an alert."""
        if self.alert or self.muted or self.review is not Review.OPEN:
            return None
        return max((each.waits_until for each in self.sightings.values() if each.waits_until), default=None)

    @property
    def alerted_or_opened_at(self) -> str:
        """When the alert was sent; if none was, when the encounter was opened."""
        return self.alerted_at or self.opened_at

    @property
    def stage(self) -> Stage:
        """The stage, derived from review, acknowledgment and alert."""
        if self.review is not Review.OPEN:
            return Stage(self.review.value)
        if self.acknowledged_at:
            return Stage.ACKNOWLEDGED
        return Stage.ALERTED if self.alert is AlertState.SENT else Stage.OPEN


def reply_code(encounter_id: str) -> str:
    """Shorten an encounter's id to the six characters that a recipient types to reply to an alert."""
    return encounter_id[:6].upper()
