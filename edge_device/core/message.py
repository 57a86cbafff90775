"""Builds the message that the camera program sends, `homeward.face/1`.

The golden message in tests/golden/ fixes its form for the camera program and the cloud. `homeward probe` and
`homeward-edge check` do not use this module: they send minimal messages.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_device.core.geometry import Box

SCHEMA = "homeward.face/1"
MAX_MESSAGE_BYTES = 131_072  # AWS IoT closes the connection on a larger one
MAX_JPEG_BYTES = 90_000  # 120,000 in base64, which leaves space for the rest of the message
_LAST_EPOCH_S = 253_402_300_799.0  # the end of the year 9999


class MessageTooLargeError(ValueError):
    """The message is too large to queue: AWS IoT would close the connection at each retry."""


@dataclass(frozen=True)
class Crop:
    """Head and shoulders as JPEG. `face` is the face's box in it."""

    jpeg: bytes
    width_px: int
    height_px: int
    face: Box


@dataclass(frozen=True)
class Quality:
    """The quality of a shot.

    `score` is from 0 to 1, `sharpness` is the variance of the Laplacian, `brightness` the mean gray level (0-255).
    """

    score: float
    sharpness: float
    brightness: float


@dataclass(frozen=True)
class FaceShot:
    """One shot of one passer-by: the contents of a message.

    `box` is in pixels of the frame, `frame_size` is its width and height, `captured_at` is an epoch time in seconds.
    """

    capture_id: str
    captured_at: float
    clock_synced: bool
    track_id: str
    shot: int
    final: bool
    dwell_s: float
    confidence: float
    box: Box
    frame_size: tuple[int, int]
    quality: Quality
    crop: Crop


def face_message(shot: FaceShot, *, camera: str, sequence: int, model: str, edge_version: str) -> dict[str, Any]:
    """Build the message. The order of its members is for human readers."""
    return {
        "schema": SCHEMA,
        "capture_id": shot.capture_id,
        "camera": camera,
        "sequence": sequence,
        "captured_at": iso_time(shot.captured_at),
        "clock_synced": shot.clock_synced,
        "track": {"id": shot.track_id, "shot": shot.shot, "final": shot.final, "dwell_s": round(shot.dwell_s, 1)},
        "detection": {
            "confidence": round(shot.confidence, 3),
            "box_px": shot.box.to_ints(),
            "frame_px": list(shot.frame_size),
            "face_in_crop_px": shot.crop.face.to_ints(),
            "model": model,
        },
        "quality": {
            "score": round(shot.quality.score, 2),
            "sharpness": round(shot.quality.sharpness, 1),
            "brightness": round(shot.quality.brightness),
        },
        "image": {
            "media_type": "image/jpeg",
            "encoding": "base64",
            "width_px": shot.crop.width_px,
            "height_px": shot.crop.height_px,
            "sha256": hashlib.sha256(shot.crop.jpeg).hexdigest(),
            "data": base64.b64encode(shot.crop.jpeg).decode("ascii"),
        },
        "edge_version": edge_version,
    }


def encode_message(message: dict[str, Any]) -> bytes:
    """Encode the message as compact UTF-8 JSON.

    Raises:
        MessageTooLargeError: it is larger than AWS IoT accepts.
    """
    payload = json.dumps(message, separators=(",", ":")).encode("utf-8")
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MessageTooLargeError(
            f"the message has {len(payload)} bytes, and AWS IoT accepts {MAX_MESSAGE_BYTES}. Lower faces.max_px"
        )
    return payload


def iso_time(epoch_s: float) -> str:
    """Format an epoch time, such as 2026-11-23T03:00:00.123Z."""
    # A camera's clock, or the file that it reads, may be outside the calendar. The cloud does not believe such a time.
    epoch_s = min(max(epoch_s, 0.0), _LAST_EPOCH_S)
    # Round to milliseconds first: datetime rounds to microseconds, and truncating those can lose a millisecond.
    seconds, milliseconds = divmod(round(epoch_s * 1000), 1000)
    instant = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
