"""Messages of cameras, decoded to captures."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.common.times import to_text
from lambdas.detection.message import BadMessageError, decode_message

GOLDEN = Path(__file__).parents[3] / "golden" / "homeward_face_1.json"
RECEIVED_MS = 1795402801000  # 2026-11-23T03:00:01Z


@pytest.fixture
def event() -> dict[str, Any]:
    """The golden message as the IoT rule passes it on."""
    return {**json.loads(GOLDEN.read_text()), "thing": "cam-07", "client_id": "cam-07", "received_ms": RECEIVED_MS}


def test_golden_message_becomes_a_capture(event: dict[str, Any]) -> None:
    received = decode_message(event)
    assert received.jpeg == base64.b64decode(event["image"]["data"])
    assert received.capture.capture_id == event["capture_id"]
    assert to_text(received.capture.captured_at) == "2026-11-23T03:00:00.123Z"
    assert received.capture.confidence == 0.93


def test_camera_is_the_thing_not_the_payloads_camera(event: dict[str, Any]) -> None:
    assert event["camera"] == "cam-01"
    assert decode_message(event).capture.camera == "cam-07"


@pytest.mark.parametrize(
    "change",
    [{"clock_synced": False}, {"captured_at": "2026-11-23T09:00:00.000Z"}],
    ids=["clock not synced", "clock hours ahead"],
)
def test_untrusted_clock_is_replaced_by_time_of_receipt(event: dict[str, Any], change: dict[str, Any]) -> None:
    assert to_text(decode_message({**event, **change}).capture.captured_at) == "2026-11-23T03:00:01.000Z"


def test_delayed_capture_keeps_its_own_time(event: dict[str, Any]) -> None:
    waited = {**event, "received_ms": RECEIVED_MS + 6 * 3_600_000}
    assert to_text(decode_message(waited).capture.captured_at) == "2026-11-23T03:00:00.123Z"


def broken(event: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(event)
    *parents, last = path.split(".")
    target = changed
    for parent in parents:
        target = target[parent]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("schema", "homeward.face/2", "homeward.face/2"),
        ("capture_id", "../../etc", "capture_id"),
        ("captured_at", "yesterday", "captured_at"),
        ("captured_at", "2026-11-23T03:00:00", "captured_at"),
        ("detection.confidence", "high", "confidence"),
        ("image", ..., "image"),
        ("image.data", "not base64!", "image.data"),
        ("image.sha256", "0" * 64, "sha256"),
        ("image.media_type", "image/png", "media_type"),
        ("thing", "a/b", "thing"),
        ("thing", "cam-07\n", "thing"),
        ("capture_id", "11111111-1111-4111-8111-111111111111\n", "capture_id"),
    ],
)
def test_malformed_message_is_refused_with_reason(event: dict[str, Any], path: str, value: Any, reason: str) -> None:
    with pytest.raises(BadMessageError, match=reason):
        decode_message(broken(event, path, value))


def deeplens(face: bytes, **changes: Any) -> dict[str, Any]:
    message = {"face": base64.b64encode(face).decode(), "confidence": 0.93}
    return {**message, "thing": "lens-1", "client_id": "lens-1", "received_ms": RECEIVED_MS, **changes}


def test_deeplens_message_becomes_capture_with_stable_id(event: dict[str, Any]) -> None:
    jpeg = base64.b64decode(event["image"]["data"])
    first, again = decode_message(deeplens(jpeg)), decode_message(deeplens(jpeg, received_ms=RECEIVED_MS + 60_000))
    assert first.jpeg == jpeg
    assert first.capture.camera == "lens-1"
    assert to_text(first.capture.captured_at) == "2026-11-23T03:00:01.000Z"
    assert first.capture.capture_id == again.capture.capture_id
    assert first.capture.capture_id != decode_message(deeplens(jpeg, thing="lens-2")).capture.capture_id


@pytest.mark.parametrize(
    ("face", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n", "does not start"),
        (b"\xff\xd8\xff\xe0", "does not end"),
        (b"\xff\xd8\xff\xd9", "no frame header"),
        (b"\xff\xd8" + b"\x00" * 40 + b"\xff\xd9", "no frame header"),
        (b"\xff\xd8" + b"\x00" * 140_000 + b"\xff\xd9", "maximum is 131072"),
    ],
    ids=["png", "truncated", "empty", "garbage", "too large"],
)
def test_invalid_or_oversized_jpeg_is_refused(face: bytes, reason: str) -> None:
    with pytest.raises(BadMessageError, match=reason):
        decode_message(deeplens(face))
