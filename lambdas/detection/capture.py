"""The record of a capture, and its conversion to and from the metadata of an S3 object."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from lambdas.common.keys import camera_of_key, checked_capture_id, is_stored_by_us
from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text
from lambdas.common.trusted_time import TimeDoubt, TimeTaken, time_taken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# What other senders may say of a capture. Our own functions know the rest.
_OF_ANY_SENDER = frozenset(
    {"capture-id", "captured-at", "time-doubt", "confidence", "track", "shot", "final", "dwell-s", "place"}
)
# So that the record of any capture fits into the 2 KB that S3 allows for metadata.
_MAX_PLACE = 80
MAX_SHOT = 1_000_000_000
# Somebody who stays longer is seen anew: cameras send the shots that may decide together within seconds.
_MAX_DWELL = timedelta(minutes=1)
# The track of a capture that our own functions did not store.
TRACK_OF_OTHERS = "sent-"
_TRACK = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One face crop. `confidence` is the detector's, 0 to 1.

    `time_doubt` is why `captured_at` is the time of arrival, instead of what the sender said. `sha256` is the digest of
    the picture, known once it is read. `final` is true if the sender says that its track gives no more captures.
    `dwell_s` is how long the sender had seen the track by then. `place` is where the sender says that it was taken.
    `known_cases` are the cases that it has matched before; a retrospective search sets them and ignores these cases.
    """

    capture_id: str
    camera: str
    captured_at: datetime
    received_at: datetime
    time_doubt: TimeDoubt | None = None
    stored_at: datetime | None = None
    confidence: float | None = None
    track: str | None = None
    shot: int | None = None
    final: bool = False
    dwell_s: float = 0.0
    sha256: str | None = None
    place: str | None = None
    known_cases: frozenset[str] = frozenset()

    @property
    def seen_since(self) -> datetime:
        """When the passer-by came into view: the same for all captures of a passage, so that none opens a new window.

        It is `captured_at` if the sender does not say, has no trusted clock, or has seen the track for over a minute.
        """
        if self.time_doubt or not 0 <= self.dwell_s <= _MAX_DWELL.total_seconds():
            return self.captured_at
        return self.captured_at - timedelta(seconds=self.dwell_s)

    def to_metadata(self) -> dict[str, str]:
        """Build the object metadata, without the unknown members."""
        values = {
            "capture-id": self.capture_id,
            "camera": self.camera,
            "captured-at": to_text(self.captured_at),
            "time-doubt": self.time_doubt,
            "received-at": to_text(self.received_at),
            "stored-at": self.stored_at and to_text(self.stored_at),
            "confidence": self.confidence,
            "track": self.track,
            "shot": self.shot,
            "final": "true" if self.final else None,
            "dwell-s": self.dwell_s or None,
            "sha256": self.sha256,
            "place": self.place and quote(self.place),
        }
        return {name: str(value) for name, value in values.items() if value is not None}


def capture_of_object(key: str, *, etag: str, last_modified: datetime, metadata: Mapping[str, str]) -> Capture:
    """Read a capture from an object under `captures/`. All metadata is optional.

    The key tells who stored the object, because IAM can limit a sender to a prefix of keys. The camera comes from the
    key. What only our functions know counts only if they stored it, and the track of another sender is a track of its
    own. Times are checked against S3's own, and never make an object unreadable.

    Raises:
        ValueError: the key names no camera, or a metadata value is malformed.
    """
    camera = camera_of_key(key)
    if not is_stored_by_us(key):
        metadata = {name: value for name, value in metadata.items() if name in _OF_ANY_SENDER}
        if "track" in metadata:
            metadata["track"] = TRACK_OF_OTHERS + _digest(metadata["track"])
    capture_id = checked_capture_id(metadata.get("capture-id") or name_based_id(key, etag))
    confidence = float(metadata["confidence"]) if "confidence" in metadata else None
    if confidence is not None and not 0 <= confidence <= 1:
        raise ValueError(f"confidence {confidence} is not from 0 to 1")
    received_at = time_taken(metadata.get("received-at"), arrived_at=last_modified).at
    taken = _time_taken(metadata, received_at)
    return Capture(
        capture_id=capture_id,
        camera=camera,
        captured_at=taken.at,
        received_at=received_at,
        time_doubt=taken.doubt,
        stored_at=time_taken(metadata.get("stored-at"), arrived_at=last_modified).at,
        confidence=confidence,
        track=metadata.get("track"),
        shot=_shot(metadata["shot"]) if "shot" in metadata else None,
        final=metadata.get("final") == "true",
        dwell_s=float(metadata.get("dwell-s", 0)),
        place=_place(metadata.get("place", "")),
        known_cases=frozenset(metadata.get("known-cases", "").split()),
    )


def _time_taken(metadata: Mapping[str, str], received_at: datetime) -> TimeTaken:
    """Repeat the doubt that was found before the object was stored, or else check the sender's time."""
    if metadata.get("time-doubt") in set(TimeDoubt):
        return TimeTaken(received_at, TimeDoubt(metadata["time-doubt"]))
    return time_taken(metadata.get("captured-at") or None, arrived_at=received_at)


def _place(text: str) -> str | None:
    """Read a place, which is percent-encoded because S3 takes only ASCII."""
    return single_line(unquote(text))[:_MAX_PLACE].strip() or None


def _shot(text: str) -> int:
    shot = int(text)
    if not 0 <= shot <= MAX_SHOT:
        raise ValueError(f"shot is not from 0 to {MAX_SHOT:,}")
    return shot


def bounded_track(track: str) -> str:
    """Return the id of a track if it fits into metadata and items, else its digest."""
    return track if _TRACK.fullmatch(track) else "sha256-" + _digest(track)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def name_based_id(*parts: str | bytes) -> str:
    """Derive a capture id from the content, so that a redelivered picture without an id is deduplicated."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\0")
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest()))
