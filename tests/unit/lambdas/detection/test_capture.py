"""Captures read from objects that other systems put under captures/."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from lambdas.common.keys import camera_of_key, is_stored_by_us
from lambdas.common.trusted_time import TimeDoubt
from lambdas.detection.capture import Capture, bounded_track, capture_of_object

STORED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def dropped(key: str = "captures/yard-1/any/name.png", etag: str = '"a"', **metadata: str) -> Capture:
    named = {name.replace("_", "-"): value for name, value in metadata.items()}
    return capture_of_object(key, etag=etag, last_modified=STORED, metadata=named)


def test_times_default_to_when_the_object_was_stored() -> None:
    capture = dropped()
    assert (capture.camera, capture.captured_at, capture.received_at, capture.stored_at) == ("yard-1", *[STORED] * 3)
    assert capture.time_doubt is TimeDoubt.UNDATED
    assert (capture.confidence, capture.track, capture.shot) == (None, None, None)


def test_same_picture_at_same_key_has_same_id() -> None:
    assert dropped().capture_id == dropped().capture_id
    assert dropped().capture_id != dropped(etag='"b"').capture_id


def test_metadata_sets_time_id_and_shot() -> None:
    capture = dropped(captured_at="2026-11-22T22:00:00-05:00", capture_id="lot-17.4", shot="2")
    assert capture.captured_at == STORED
    assert (capture.capture_id, capture.shot) == ("lot-17.4", 2)


OURS = {"received_at": "2026-11-23T02:59:58.000Z", "stored_at": "2026-11-23T02:59:59.000Z", "known_cases": "namus:a"}


def test_metadata_of_our_functions_is_ignored_from_others() -> None:
    assert dropped(**OURS, sha256="0", site="Elsewhere", probe="1") == dropped()
    own = dropped("captures/yard-1/.stored/2026-11-23/x/a.jpg", **OURS)
    assert [own.received_at.second, own.stored_at and own.stored_at.second] == [58, 59]
    assert own.known_cases == {"namus:a"}


def test_track_of_another_sender_is_never_a_cameras() -> None:
    camera = dropped("captures/yard-1/.stored/2026-11-23/x/a.jpg", track="t").track
    assert camera == "t"
    assert dropped(track="t").track == dropped(track="t").track
    assert dropped(track="t").track not in {"t", dropped(track="u").track}


@pytest.mark.parametrize("key", ["captures/a/b/.stored/x.jpg", "captures/.stored/x.jpg", "captures/a/.storedx/x.jpg"])
def test_only_the_reserved_folder_is_ours(key: str) -> None:
    assert not camera_of(key) or not is_stored_by_us(key)


def camera_of(key: str) -> str | None:
    try:
        return camera_of_key(key)
    except ValueError:
        return None


@pytest.mark.parametrize("track", ["t" * 129, "a b", "\n", "ü", "\ud800", ""])
def test_long_or_odd_track_becomes_its_digest(track: str) -> None:
    assert re.fullmatch("sha256-[0-9a-f]{32}", bounded_track(track))
    assert bounded_track(track) == bounded_track(track) != bounded_track(f"{track}x")


def test_metadata_cannot_name_another_camera() -> None:
    assert dropped(camera="cam-01").camera == "yard-1"


@pytest.mark.parametrize(
    ("metadata", "doubt"),
    [
        ({"captured_at": "2099-01-01T00:00:00Z"}, TimeDoubt.FUTURE),
        ({"captured_at": "2026-11-23T16:00:00Z"}, TimeDoubt.FUTURE),
        ({"captured_at": "2099-01-01T00:00:00Z", "received_at": "2099-01-01T00:00:00Z"}, TimeDoubt.FUTURE),
        ({"captured_at": "1970-01-01T00:00:12Z"}, TimeDoubt.TOO_EARLY),
        ({"captured_at": "0001-01-01T00:00:00+14:00"}, TimeDoubt.UNREADABLE),
        ({"captured_at": "yesterday"}, TimeDoubt.UNREADABLE),
        ({"captured_at": "2026-11-22T03:00:00"}, TimeDoubt.UNREADABLE),
        ({"captured_at": "2026-11-22T03:00:00Z", "time_doubt": "unsynced"}, TimeDoubt.UNSYNCED),
        ({"received_at": "noon", "stored_at": "9999-12-31T23:59:59Z"}, TimeDoubt.UNDATED),
    ],
)
def test_time_that_cannot_be_is_the_time_of_arrival(metadata: dict[str, str], doubt: TimeDoubt) -> None:
    capture = dropped(**metadata)
    assert (capture.captured_at, capture.received_at, capture.stored_at) == (STORED, STORED, STORED)
    assert capture.time_doubt is doubt
    assert capture.to_metadata()["time-doubt"] == doubt


@pytest.mark.parametrize("doubt", ["", "nonsense", "future?"])
def test_unknown_doubt_in_metadata_is_ignored(doubt: str) -> None:
    capture = dropped(captured_at="2026-09-01T10:00:00Z", time_doubt=doubt)
    assert (capture.captured_at, capture.time_doubt) == (datetime(2026, 9, 1, 10, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("key", "metadata", "reason"),
    [
        ("captures/name.jpg", {}, "is not a capture's key"),
        ("captures//name.jpg", {}, "is not a capture's key"),
        ("captures/../name.jpg", {}, "is not a capture's key"),
        ("captures/two words/name.jpg", {}, "is not a capture's key"),
        ("captures/yard-1/a.jpg", {"capture_id": "../../encounters/x"}, "capture-id"),
        ("captures/yard-1/a.jpg", {"confidence": "nan"}, "confidence"),
        ("captures/yard-1/a.jpg", {"confidence": "93"}, "confidence"),
    ],
)
def test_malformed_key_or_metadata_is_refused_with_reason(key: str, metadata: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        dropped(key, **metadata)


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ("Caf%C3%A9%20at%20gate%207%0AAgency%20phone%3A%201", "Café at gate 7 Agency phone: 1"),
        ("x" * 100, "x" * 80),
        ("%0A", None),
    ],
)
def test_place_of_a_sender_is_one_short_line(sent: str, place: str | None) -> None:
    capture = dropped(place=sent)
    assert capture.place == place
    assert len("".join(capture.to_metadata().values())) < 2048


def test_empty_time_of_a_form_is_no_time() -> None:
    assert dropped(captured_at="").time_doubt is TimeDoubt.UNDATED
