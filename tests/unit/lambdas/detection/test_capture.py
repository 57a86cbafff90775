"""An object that somebody else put under captures/: what it may say of itself, and what it may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambdas.detection.capture import Capture, capture_of_object

STORED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def dropped(key: str = "captures/yard-1/any/name.png", etag: str = '"a"', **metadata: str) -> Capture:
    named = {name.replace("_", "-"): value for name, value in metadata.items()}
    return capture_of_object(key, etag=etag, last_modified=STORED, metadata=named)


def test_without_metadata_it_was_taken_when_it_came() -> None:
    capture = dropped()
    assert (capture.camera, capture.captured_at, capture.received_at, capture.stored_at) == ("yard-1", *[STORED] * 3)
    assert (capture.confidence, capture.track, capture.shot) == (None, None, None)


def test_the_same_picture_at_the_same_place_is_the_same_capture() -> None:
    assert dropped().capture_id == dropped().capture_id
    assert dropped().capture_id != dropped(etag='"b"').capture_id


def test_it_may_say_when_it_was_taken_and_what_it_is_called() -> None:
    capture = dropped(captured_at="2026-11-22T22:00:00-05:00", capture_id="lot-17.4", track="t", shot="2")
    assert capture.captured_at == STORED
    assert (capture.capture_id, capture.track, capture.shot) == ("lot-17.4", "t", 2)


def test_it_may_not_speak_for_another_camera() -> None:
    assert dropped(camera="cam-01").camera == "yard-1"


@pytest.mark.parametrize(
    ("key", "metadata", "said"),
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
def test_what_cannot_be_read_is_refused_with_its_reason(key: str, metadata: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        dropped(key, **metadata)
