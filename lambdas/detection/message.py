"""Decode the messages that cameras send: `homeward.face/1`, and the 2018 prototype's DeepLens message."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from lambdas.common.times import from_epoch_ms
from lambdas.common.trusted_time import time_taken
from lambdas.detection.capture import MAX_SHOT, Capture, bounded_track, name_based_id
from pictures.errors import UnreadablePictureError
from pictures.jpeg import read_jpeg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_YEAR_2100_MS = 4_102_444_800_000
MAX_IMAGE_BYTES = 131_072  # AWS IoT's limit for a message, which bounds every base64 image in one


class BadMessageError(ValueError):
    """The message cannot become a capture. The text, which says why, goes to the failure destination."""


@dataclass(frozen=True, kw_only=True)
class ReceivedCapture:
    """A capture and its picture, as decoded from a message."""

    capture: Capture
    jpeg: bytes

    @cached_property
    def sha256(self) -> str:
        """The digest of the picture, computed once."""
        return hashlib.sha256(self.jpeg).hexdigest()


class _Track(msgspec.Struct):
    id: str
    shot: Annotated[int, msgspec.Meta(ge=0, le=MAX_SHOT)] = 1
    final: bool = False
    dwell_s: float = 0.0


class _Detection(msgspec.Struct):
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Image(msgspec.Struct):
    media_type: Literal["image/jpeg"]
    encoding: Literal["base64"]
    sha256: str
    data: bytes  # msgspec decodes base64


class RoutedMessage(msgspec.Struct):
    """The event of an IoT rule. A camera chooses only `payload`; AWS IoT itself knows the rest."""

    payload: bytes  # msgspec decodes base64
    thing: str
    client_id: str
    received_ms: Annotated[int, msgspec.Meta(ge=0, le=_YEAR_2100_MS)]
    kind: str = "faces"  # the last level of the topic; events of before there were others lack it


class FaceMessage(msgspec.Struct):
    """`homeward.face/1`. Members that the cloud does not use are not checked, so that cameras may add some.

    Nothing that a camera says about time refuses its message.
    """

    schema: Literal["homeward.face/1"]
    capture_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
    detection: _Detection
    image: _Image
    captured_at: Any = None
    clock_synced: Any = False
    track: _Track | None = None

    def to_capture(self, *, camera: str, received_at: datetime) -> ReceivedCapture:
        """Convert to a capture.

        Raises:
            BadMessageError: the picture's digest differs from the message's.
        """
        digest = hashlib.sha256(self.image.data).hexdigest()
        if digest != self.image.sha256.lower():
            raise BadMessageError("the image does not have the digest that image.sha256 says")
        taken = time_taken(self.captured_at, arrived_at=received_at, clock_synced=self.clock_synced is True)
        capture = Capture(
            capture_id=self.capture_id.lower(),
            camera=camera,
            captured_at=taken.at,
            received_at=received_at,
            time_doubt=taken.doubt,
            confidence=self.detection.confidence,
            track=bounded_track(self.track.id) if self.track else None,
            shot=self.track.shot if self.track else None,
            final=self.track is not None and self.track.final,
            dwell_s=self.track.dwell_s if self.track else 0.0,
        )
        return ReceivedCapture(capture=capture, jpeg=self.image.data)


class DeepLensMessage(msgspec.Struct):
    """The prototype's `{"face": "<base64 JPEG>", "confidence": 0.93}`, without an id or a time."""

    face: bytes
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]

    def to_capture(self, *, camera: str, received_at: datetime) -> ReceivedCapture:
        """Convert to a capture, whose id is derived from the picture so that redelivery is deduplicated."""
        taken = time_taken(None, arrived_at=received_at)
        capture = Capture(
            capture_id=name_based_id(camera, self.face),
            camera=camera,
            captured_at=taken.at,
            received_at=received_at,
            time_doubt=taken.doubt,
            confidence=self.confidence,
        )
        return ReceivedCapture(capture=capture, jpeg=self.face)


def routed_message(event: Mapping[str, Any]) -> RoutedMessage:
    """Read the event of an IoT rule.

    Before 0026, the rules selected the payload's members beside their own. During an upgrade, such events still wait.

    Raises:
        BadMessageError: a member is missing or has a wrong type.
    """
    if "payload" not in event:
        event = {**event, "payload": base64.b64encode(msgspec.json.encode(event)).decode()}
    try:
        return msgspec.convert(event, type=RoutedMessage)
    except msgspec.ValidationError as error:
        raise BadMessageError(str(error)) from error


def decode_message(message: RoutedMessage, *, camera: str) -> ReceivedCapture:
    """Decode a camera's message.

    Raises:
        BadMessageError: a member is missing or malformed, or the picture is too large, not a JPEG, or not the one of
            the digest.
    """
    try:
        document = msgspec.json.decode(message.payload, type=dict[str, Any])
        form: type[DeepLensMessage | FaceMessage] = DeepLensMessage if "face" in document else FaceMessage
        received_at = from_epoch_ms(message.received_ms)
        received = msgspec.convert(document, type=form).to_capture(camera=camera, received_at=received_at)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(str(error)) from error
    if len(received.jpeg) > MAX_IMAGE_BYTES:
        raise BadMessageError(f"the image has {len(received.jpeg)} bytes; the maximum is {MAX_IMAGE_BYTES}")
    return replace(received, jpeg=_repaired(received.jpeg))


def _repaired(data: bytes) -> bytes:
    """Return the JPEG as every decoder reads it: without what follows it, and with the tables and end it may lack."""
    try:
        jpeg = read_jpeg(data)
        if not jpeg.is_closed:
            # An image library triples the cold start. Only few encoders leave out the end.
            from pictures.jpeg_wholeness import check_whole  # noqa: PLC0415

            check_whole(jpeg)
    except UnreadablePictureError as error:
        raise BadMessageError(str(error)) from error
    return jpeg.repaired()
