"""Decode the messages that cameras send: `homeward.face/1`, and the 2018 prototype's DeepLens message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from lambdas.common.camera_names import CAMERA_NAME
from lambdas.common.times import from_epoch_ms
from lambdas.detection.capture import Capture, name_based_id, trusted_time
from lambdas.detection.jpeg import jpeg_size

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_IMAGE_BYTES = 131_072  # AWS IoT's limit for a message, which bounds every base64 image in one
_THING = Annotated[str, msgspec.Meta(pattern=rf"^{CAMERA_NAME}\Z")]


class BadMessageError(ValueError):
    """The message cannot become a capture. The text, which says why, goes to the failure destination."""


@dataclass(frozen=True, kw_only=True)
class ReceivedCapture:
    """A capture and its picture, as decoded from a message."""

    capture: Capture
    jpeg: bytes


class _Track(msgspec.Struct):
    id: str
    shot: int = 1
    final: bool = False
    dwell_s: float = 0.0


class _Detection(msgspec.Struct):
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Image(msgspec.Struct):
    media_type: Literal["image/jpeg"]
    encoding: Literal["base64"]
    sha256: str
    data: bytes  # msgspec decodes base64


class _Routed(msgspec.Struct):
    """The members that the IoT rule adds. The camera is the topic's thing name, not what the payload says."""

    thing: _THING
    received_ms: int


class FaceMessage(_Routed):
    """`homeward.face/1`. Members that the cloud does not use are not checked, so that cameras may add some."""

    schema: Literal["homeward.face/1"]
    capture_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
    captured_at: Annotated[datetime, msgspec.Meta(tz=True)]
    clock_synced: bool
    detection: _Detection
    image: _Image
    track: _Track | None = None

    def to_capture(self) -> ReceivedCapture:
        """Convert to a capture.

        Raises:
            BadMessageError: the picture's digest differs from the message's.
        """
        digest = hashlib.sha256(self.image.data).hexdigest()
        if digest != self.image.sha256.lower():
            raise BadMessageError(f"image.sha256 is {self.image.sha256}, but the image's is {digest}")
        received_at = from_epoch_ms(self.received_ms)
        capture = Capture(
            capture_id=self.capture_id.lower(),
            camera=self.thing,
            captured_at=trusted_time(self.captured_at, received_at=received_at, clock_synced=self.clock_synced),
            received_at=received_at,
            confidence=self.detection.confidence,
            track=self.track.id if self.track else None,
            shot=self.track.shot if self.track else None,
        )
        return ReceivedCapture(capture=capture, jpeg=self.image.data)


class DeepLensMessage(_Routed):
    """The prototype's `{"face": "<base64 JPEG>", "confidence": 0.93}`, without an id or a time."""

    face: bytes
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]

    def to_capture(self) -> ReceivedCapture:
        """Convert to a capture, whose id is derived from the picture so that redelivery is deduplicated."""
        received_at = from_epoch_ms(self.received_ms)
        capture = Capture(
            capture_id=name_based_id(self.thing, self.face),
            camera=self.thing,
            captured_at=received_at,
            received_at=received_at,
            confidence=self.confidence,
        )
        return ReceivedCapture(capture=capture, jpeg=self.face)


def decode_message(event: Mapping[str, Any]) -> ReceivedCapture:
    """Decode the event of an IoT rule.

    Raises:
        BadMessageError: a member is missing or malformed, or the picture is too large, not a JPEG, or not the one of
            the digest.
    """
    form: type[DeepLensMessage | FaceMessage] = DeepLensMessage if "face" in event else FaceMessage
    try:
        received = msgspec.convert(event, type=form).to_capture()
    except msgspec.ValidationError as error:
        raise BadMessageError(str(error)) from error
    if len(received.jpeg) > MAX_IMAGE_BYTES:
        raise BadMessageError(f"the image has {len(received.jpeg)} bytes; the maximum is {MAX_IMAGE_BYTES}")
    try:
        jpeg_size(received.jpeg)
    except ValueError as error:
        raise BadMessageError(str(error)) from error
    return received
