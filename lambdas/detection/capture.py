"""The record of a capture, and its conversion to and from the metadata of an S3 object."""

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

# A camera's clock may be slightly ahead. Beyond this it is wrong, even if the camera reports it as synced.
_CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One face crop. `confidence` is the detector's, 0 to 1.

    `known_cases` are the cases that it has matched before; a retrospective search sets them and ignores these cases.
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
        """Build the object metadata, without the unknown members."""
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
    """Return the camera's time if its clock is credible, else the time of receipt."""
    credible = clock_synced and captured_at <= received_at + _CLOCK_TOLERANCE
    return captured_at if credible else received_at


def capture_of_object(key: str, *, etag: str, last_modified: datetime, metadata: Mapping[str, str]) -> Capture:
    """Read a capture from an object under `captures/`. All metadata is optional.

    The camera comes from the key, not from the metadata, because IAM can limit a sender to a prefix of keys.

    Raises:
        ValueError: the key names no camera, or a metadata value is malformed.
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
    """Derive a capture id from the content, so that a redelivered picture without an id is deduplicated."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\0")
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest()))
