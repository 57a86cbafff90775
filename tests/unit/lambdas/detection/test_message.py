"""Messages of cameras, decoded to captures."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lambdas.common.times import to_text
from lambdas.detection.message import BadMessageError, ReceivedCapture, decode_message, routed_message
from tests.support.rekognition_client import jpeg

GOLDEN = Path(__file__).parents[3] / "golden" / "homeward_face_1.json"
RECEIVED_MS = 1795402801000  # 2026-11-23T03:00:01Z


@pytest.fixture
def golden() -> dict[str, Any]:
    """The golden message as a camera publishes it."""
    message: dict[str, Any] = json.loads(GOLDEN.read_text())
    return message


def routed(payload: bytes, **members: Any) -> dict[str, Any]:
    """Build the event of the IoT rule."""
    event = {"thing": "oak-dev_cam-07", "client_id": "oak-dev_cam-07", "received_ms": RECEIVED_MS}
    return {**event, "payload": base64.b64encode(payload).decode(), **members}


def decode(message: Any, *, camera: str = "cam-07", **members: Any) -> ReceivedCapture:
    return decode_message(routed_message(routed(json.dumps(message).encode(), **members)), camera=camera)


def test_golden_message_becomes_a_capture(golden: dict[str, Any]) -> None:
    received = decode(golden)
    assert received.jpeg == base64.b64decode(golden["image"]["data"])
    assert received.capture.capture_id == golden["capture_id"]
    assert received.capture.dwell_s == golden["track"]["dwell_s"]
    assert to_text(received.capture.captured_at) == "2026-11-23T03:00:00.123Z"
    assert received.capture.confidence == 0.93


@pytest.mark.parametrize("is_deeplens", [False, True])
def test_event_of_a_rule_from_before_becomes_the_same_capture(golden: dict[str, Any], *, is_deeplens: bool) -> None:
    """The members of the payload beside those of the rule, as `SELECT *, topic(3) AS thing, ...` put them."""
    message = {"face": golden["image"]["data"], "confidence": 0.93} if is_deeplens else golden
    trusted = {"thing": "cam-07", "client_id": "cam-07", "received_ms": RECEIVED_MS}
    former = routed_message({**message, **trusted})
    assert (former.thing, former.client_id, former.received_ms) == ("cam-07", "cam-07", RECEIVED_MS)
    assert decode_message(former, camera="cam-07") == decode(message)


def test_camera_is_the_thing_not_the_payloads_camera(golden: dict[str, Any]) -> None:
    assert golden["camera"] == "cam-01"
    assert decode(golden).capture.camera == "cam-07"


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"clock_synced": False}, "unsynced"),
        ({"clock_synced": "yes"}, "unsynced"),
        ({"captured_at": "2026-11-23T09:00:00.000Z"}, "future"),
        ({"captured_at": "9999-12-31T23:59:59.999Z"}, "future"),
        ({"captured_at": "9999-12-31T23:59:59.999-12:00"}, "unreadable"),
        ({"captured_at": "0001-01-01T00:00:00+14:00"}, "unreadable"),
        ({"captured_at": "0001-01-01T00:00:00Z"}, "too-early"),
        ({"captured_at": "1970-01-01T00:00:12Z"}, "too-early"),
        ({"captured_at": "yesterday"}, "unreadable"),
        ({"captured_at": "2026-11-23T03:00:00"}, "unreadable"),
        ({"captured_at": -1e300}, "unreadable"),
        ({"captured_at": {}}, "unreadable"),
        ({"captured_at": None}, "undated"),
    ],
)
def test_time_that_cannot_be_is_the_time_of_receipt(golden: dict[str, Any], change: dict[str, Any], doubt: str) -> None:
    capture = decode({**golden, **change}).capture
    assert to_text(capture.captured_at) == "2026-11-23T03:00:01.000Z"
    assert capture.time_doubt == doubt


def test_message_without_any_time_is_a_capture(golden: dict[str, Any]) -> None:
    for member in ("captured_at", "clock_synced"):
        del golden[member]
    assert to_text(decode(golden).capture.captured_at) == "2026-11-23T03:00:01.000Z"


def test_delayed_capture_keeps_its_own_time(golden: dict[str, Any]) -> None:
    waited = RECEIVED_MS + 6 * 3_600_000
    capture = decode(golden, received_ms=waited).capture
    assert (to_text(capture.captured_at), capture.time_doubt) == ("2026-11-23T03:00:00.123Z", None)


def broken(golden: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(golden)
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
        ("detection.confidence", "high", "confidence"),
        ("image", ..., "image"),
        ("image.data", "not base64!", "image.data"),
        ("image.sha256", "0" * 64, "sha256"),
        ("image.media_type", "image/png", "media_type"),
        ("capture_id", "11111111-1111-4111-8111-111111111111\n", "capture_id"),
    ],
)
def test_malformed_message_is_refused_with_reason(golden: dict[str, Any], path: str, value: Any, reason: str) -> None:
    with pytest.raises(BadMessageError, match=reason):
        decode(broken(golden, path, value))


def deeplens(face: bytes) -> dict[str, Any]:
    return {"face": base64.b64encode(face).decode(), "confidence": 0.93}


def test_prototype_message_becomes_a_capture_with_a_stable_id(golden: dict[str, Any]) -> None:
    jpeg = base64.b64decode(golden["image"]["data"])
    first = decode(deeplens(jpeg), camera="lens-1")
    again = decode(deeplens(jpeg), camera="lens-1", received_ms=RECEIVED_MS + 60_000)
    assert first.jpeg == jpeg
    assert first.capture.camera == "lens-1"
    assert to_text(first.capture.captured_at) == "2026-11-23T03:00:01.000Z"
    assert first.capture.time_doubt == "undated"
    assert first.capture.capture_id == again.capture.capture_id
    assert first.capture.capture_id != decode(deeplens(jpeg), camera="lens-2").capture.capture_id


@pytest.mark.parametrize("form", ["homeward.face/1", "prototype"])
def test_members_of_the_payload_change_no_trusted_value(golden: dict[str, Any], form: str) -> None:
    message = golden if form == "homeward.face/1" else deeplens(base64.b64decode(golden["image"]["data"]))
    forged = {"thing": "oak-dev_cam-08", "client_id": "oak-dev_cam-08", "received_ms": 0, "payload": "", "camera": "x"}
    plain, other = decode(message), decode({**message, **forged})
    assert other == plain
    assert other.capture.camera == "cam-07"
    event = routed(json.dumps({**message, **forged}).encode())
    assert routed_message(event).thing == "oak-dev_cam-07"


@pytest.mark.parametrize(
    "payload",
    [b"", b"3", b"[]", b"null", b"\xff{", b'{"schema": "\xff"}', b'{"a":' * 5000, b"[" * 100_000],
    ids=["empty", "number", "list", "null", "not UTF-8", "text not UTF-8", "deep objects", "deep lists"],
)
def test_payload_that_is_no_json_object_is_refused(payload: bytes) -> None:
    with pytest.raises(BadMessageError):
        decode_message(routed_message(routed(payload)), camera="cam-07")


@pytest.mark.parametrize("received_ms", [-1, 10**15, 1e300, "1795402801000"])
def test_time_of_receipt_out_of_range_is_refused(received_ms: Any) -> None:
    with pytest.raises(BadMessageError, match="received_ms"):
        routed_message(routed(b"{}", received_ms=received_ms))


@pytest.mark.parametrize("member", ["thing", "client_id", "received_ms"])
def test_event_that_the_rule_did_not_make_is_refused(member: str) -> None:
    event = routed(b"{}")
    del event[member]
    with pytest.raises(BadMessageError, match=member):
        routed_message(event)


def test_jpeg_of_a_hardware_encoder_is_stored_repaired() -> None:
    picture = jpeg(np.random.default_rng(1).integers(0, 255, (120, 160, 3)).astype(np.uint8))
    for sent in (picture + b"\r\n", picture + b"\0\0\x12dhav", picture[:-2], b"\0" * 8 + picture, picture + picture):
        assert decode(deeplens(sent)).jpeg == picture
    with pytest.raises(BadMessageError, match=r"the last \d\d% of its rows are missing"):
        decode(deeplens(picture[: len(picture) // 2]))


@pytest.mark.parametrize(
    ("face", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n", "does not start"),
        (b"\xff\xd8\xff\xe0", "no frame header"),
        (b"\xff\xd8\xff\xd9", "no frame header"),
        (b"\xff\xd8" + b"\x00" * 40 + b"\xff\xd9", "no frame header"),
        (b"\xff\xd8" + b"\x00" * 140_000 + b"\xff\xd9", "maximum is 131072"),
    ],
    ids=["png", "truncated", "empty", "garbage", "too large"],
)
def test_invalid_or_oversized_jpeg_is_refused(face: bytes, reason: str) -> None:
    with pytest.raises(BadMessageError, match=reason):
        decode(deeplens(face))
