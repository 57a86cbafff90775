"""Captures read from objects that other systems put under captures/."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambdas.detection.capture import Capture, capture_of_object

STORED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def dropped(key: str = "captures/yard-1/any/name.png", etag: str = '"a"', **metadata: str) -> Capture:
    named = {name.replace("_", "-"): value for name, value in metadata.items()}
    return capture_of_object(key, etag=etag, last_modified=STORED, metadata=named)


def test_times_default_to_when_the_object_was_stored() -> None:
    capture = dropped()
    assert (capture.camera, capture.captured_at, capture.received_at, capture.stored_at) == ("yard-1", *[STORED] * 3)
    assert (capture.confidence, capture.track, capture.shot) == (None, None, None)


def test_same_picture_at_same_key_has_same_id() -> None:
    assert dropped().capture_id == dropped().capture_id
    assert dropped().capture_id != dropped(etag='"b"').capture_id


def test_metadata_sets_time_id_track_and_shot() -> None:
    capture = dropped(captured_at="2026-11-22T22:00:00-05:00", capture_id="lot-17.4", track="t", shot="2")
    assert capture.captured_at == STORED
    assert (capture.capture_id, capture.track, capture.shot) == ("lot-17.4", "t", 2)


def test_metadata_cannot_name_another_camera() -> None:
    assert dropped(camera="cam-01").camera == "yard-1"


@pytest.mark.parametrize(
    ("key", "metadata", "reason"),
    [
        ("captures/name.jpg", {}, "is not a capture's key"),
        ("captures//name.jpg", {}, "is not a capture's key"),
        ("captures/../name.jpg", {}, "is not a capture's key"),
        ("captures/two words/name.jpg", {}, "is not a capture's key"),
        ("captures/yard-1/a.jpg", {"captured_at": "yesterday"}, "yesterday"),
        ("captures/yard-1/a.jpg", {"captured_at": "2026-11-23T03:00:00"}, "has no time zone"),
        ("captures/yard-1/a.jpg", {"capture_id": "../../encounters/x"}, "capture-id"),
        ("captures/yard-1/a.jpg", {"confidence": "nan"}, "confidence"),
        ("captures/yard-1/a.jpg", {"confidence": "93"}, "confidence"),
    ],
)
def test_malformed_key_or_metadata_is_refused_with_reason(key: str, metadata: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        dropped(key, **metadata)
