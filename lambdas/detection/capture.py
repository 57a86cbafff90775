"""A capture, and the metadata under which any image in the detection bucket says what it is."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.common.keys import camera_of_key, checked_capture_id
from lambdas.common.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

# A camera's clock may run a little ahead; one further ahead than this is wrong, whatever the camera says of it.
_CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What is known of one face crop. `confidence` is the detector's, 0 to 1.

    `known_cases` is given for one that is searched again: the cases of which it has been an encounter already.
    """

    capture_id: str
    camera: str
    captured_at: datetime
    received_at: datetime
    stored_at: datetime | None = None
    confidence: float | None = None
    track: str | None = None
    shot: int | None = None
    known_cases: frozenset[str] = frozenset()

    def to_metadata(self) -> dict[str, str]:
        """The object metadata of the capture; what is unknown is left out."""
        values = {
            "capture-id": self.capture_id,
            "camera": self.camera,
            "captured-at": to_text(self.captured_at),
            "received-at": to_text(self.received_at),
            "stored-at": self.stored_at and to_text(self.stored_at),
            "confidence": self.confidence,
            "track": self.track,
            "shot": self.shot,
        }
        return {name: str(value) for name, value in values.items() if value is not None}


def trusted_time(captured_at: datetime, *, received_at: datetime, clock_synced: bool) -> datetime:
    """When the capture was taken, as far as its camera's clock can be believed; else when its message arrived."""
    believable = clock_synced and captured_at <= received_at + _CLOCK_TOLERANCE
    return captured_at if believable else received_at


def capture_of_object(key: str, *, etag: str, last_modified: datetime, metadata: Mapping[str, str]) -> Capture:
    """The capture that an object under `captures/` is. Whoever puts one there may leave any of the metadata out.

    The camera is the one of the key, whatever the metadata says: that is what a sender's rights can be limited to.

    Raises:
        ValueError: the key names no camera, or a metadata value cannot be read.
    """
    camera = camera_of_key(key)
    capture_id = checked_capture_id(metadata.get("capture-id") or name_based_id(key, etag))
    confidence = float(metadata["confidence"]) if "confidence" in metadata else None
    if confidence is not None and not 0 <= confidence <= 1:
        raise ValueError(f"confidence {confidence} is not from 0 to 1")
    received_at = from_text(metadata["received-at"]) if "received-at" in metadata else last_modified
    captured_at = from_text(metadata["captured-at"]) if "captured-at" in metadata else received_at
    return Capture(
        capture_id=capture_id,
        camera=camera,
        captured_at=captured_at,
        received_at=received_at,
        stored_at=from_text(metadata["stored-at"]) if "stored-at" in metadata else last_modified,
        confidence=confidence,
        track=metadata.get("track"),
        shot=int(metadata["shot"]) if "shot" in metadata else None,
        known_cases=frozenset(metadata.get("known-cases", "").split()),
    )


def name_based_id(*parts: str | bytes) -> str:
    """An id for a capture that came without one: the same picture from the same place gets the same id again."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\0")
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest()))
