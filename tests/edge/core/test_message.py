"""The message builder against the golden message, which the cloud's tests read, too."""

import base64
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from edge_device.core.geometry import Box
from edge_device.core.message import (
    MAX_MESSAGE_BYTES,
    Crop,
    FaceShot,
    MessageTooLargeError,
    Quality,
    encode_message,
    face_message,
    iso_time,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "homeward_face_1.json"


def golden_shot() -> FaceShot:
    jpeg = base64.b64decode(json.loads(GOLDEN.read_text())["image"]["data"])
    return FaceShot(
        capture_id="6f1d2c3b-8a4e-4b5f-9c6d-7e8f9a0b1c2d",
        captured_at=1795402800.123,
        clock_synced=True,
        track_id="5b8f0c1e-2",
        shot=1,
        final=False,
        dwell_s=2.4,
        confidence=0.93,
        box=Box(500.2, 180.4, 145.6, 146.2),
        frame_size=(1280, 720),
        quality=Quality(score=0.71, sharpness=210.0, brightness=118.2),
        crop=Crop(jpeg=jpeg, width_px=320, height_px=320, face=Box(87.6, 87.2, 145.6, 146.2)),
    )


def golden_message() -> dict[str, object]:
    return face_message(golden_shot(), camera="cam-01", sequence=42, model="yunet-2023mar", edge_version="0.1.0")


def test_builder_gives_the_golden_message_in_its_order() -> None:
    assert list(golden_message().items()) == list(json.loads(GOLDEN.read_text()).items())


def test_golden_image_has_the_announced_format_and_size() -> None:
    image = json.loads(GOLDEN.read_text())["image"]
    with Image.open(io.BytesIO(base64.b64decode(image["data"]))) as picture:
        picture.load()
        assert (picture.format, *picture.size) == ("JPEG", image["width_px"], image["height_px"])


def test_message_larger_than_aws_iot_accepts_is_refused() -> None:
    shot = golden_shot()
    too_large = replace(shot, crop=replace(shot.crop, jpeg=bytes(98_000)))
    message = face_message(too_large, camera="cam-01", sequence=1, model="yunet-2023mar", edge_version="0.1.0")
    with pytest.raises(MessageTooLargeError, match=str(MAX_MESSAGE_BYTES)):
        encode_message(message)


@pytest.mark.parametrize(
    ("epoch_s", "text"),
    [
        (1795402800.123, "2026-11-23T03:00:00.123Z"),
        (1795402800.0, "2026-11-23T03:00:00.000Z"),
        (1795402799.9996, "2026-11-23T03:00:00.000Z"),
        (-1e300, "1970-01-01T00:00:00.000Z"),
        (1e300, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_times_have_milliseconds_and_end_in_z(epoch_s: float, text: str) -> None:
    assert iso_time(epoch_s) == text
