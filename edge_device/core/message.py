"""The message that a camera sends, `homeward.face/1`. This is the only place that builds one."""

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
MAX_MESSAGE_BYTES = 131_072  # AWS IoT drops the connection on more
MAX_JPEG_BYTES = 90_000  # 120,000 in base64: leaves room for the rest of the message


class MessageTooLargeError(ValueError):
    """The message must not be queued: AWS IoT would drop the connection on it, again and again."""


@dataclass(frozen=True)
class Crop:
    """A head and shoulders as JPEG. `face` is the face's box inside of it."""

    jpeg: bytes
    width_px: int
    height_px: int
    face: Box


@dataclass(frozen=True)
class Quality:
    """How good a shot is.

    `score` goes from 0 to 1, `sharpness` is the variance of the Laplacian, `brightness` the mean grey level (0-255).
    """

    score: float
    sharpness: float
    brightness: float


@dataclass(frozen=True)
class FaceShot:
    """One good shot of one passer-by, with everything that the message tells of it.

    `box` is in pixels of the frame; `frame_size` is its width and height; `captured_at` is an epoch time in seconds.
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
    """The message, in the order of members that people read it in."""
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
    """The message as compact UTF-8 JSON.

    Raises:
        MessageTooLargeError: it has more bytes than AWS IoT takes.
    """
    payload = json.dumps(message, separators=(",", ":")).encode("utf-8")
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MessageTooLargeError(
            f"the message has {len(payload)} bytes, AWS IoT takes {MAX_MESSAGE_BYTES}: lower the crop's largest side"
        )
    return payload


def iso_time(epoch_s: float) -> str:
    """2026-11-23T03:00:00.123Z."""
    # In whole milliseconds first: datetime.fromtimestamp rounds to microseconds, and cutting those would lose one.
    seconds, milliseconds = divmod(round(epoch_s * 1000), 1000)
    instant = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


def faces_topic(thing: str) -> str:
    """Where a camera publishes its captures."""
    return f"homeward/v1/{thing}/faces"
