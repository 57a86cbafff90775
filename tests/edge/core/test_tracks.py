"""The tracker gives each person one track."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_device.core.face import Face
from edge_device.core.geometry import Box, intersection_over_union
from edge_device.core.tracks import Tracker

FRAME_S = 1 / 15
boxes = st.builds(Box, *(st.floats(0, 500) for _ in range(2)), *(st.floats(1, 300) for _ in range(2)))


def face(x: float, y: float = 100, size: float = 80) -> Face:
    return Face(Box(x, y, size, size), 0.9)


def test_walking_face_stays_one_track() -> None:
    tracker = Tracker()
    ids = {tracker.update([face(20 + 15 * n)], n * FRAME_S)[0][0].id for n in range(60)}
    assert len(ids) == 1


def test_fast_face_without_overlapping_boxes_stays_one_track() -> None:
    tracker = Tracker()
    ids = {tracker.update([face(70 * n)], n * FRAME_S)[0][0].id for n in range(10)}
    assert len(ids) == 1


def test_two_people_who_cross_keep_their_tracks() -> None:
    tracker = Tracker()
    for n in range(41):
        right, left = face(100 + 10 * n, size=100), face(500 - 10 * n, size=70)
        hidden = abs(right.box.x - left.box.x) < 50
        seen = tracker.update([right] if hidden else [left, right], n * FRAME_S)
        if n == 0:
            first = {track.id: found.box.width for track, found in seen}
    assert {track.id: found.box.width for track, found in seen} == first


def test_face_missed_for_half_a_second_keeps_its_track() -> None:
    tracker = Tracker(max_gap_s=1.0)
    before = tracker.update([face(100)], 0.0)[0][0]
    assert tracker.remove_ended(0.5) == []
    assert tracker.update([face(110)], 0.5)[0][0] is before


def test_track_ends_once_after_its_face_is_gone() -> None:
    tracker = Tracker(max_gap_s=1.0)
    track = tracker.update([face(100)], 0.0)[0][0]
    assert tracker.remove_ended(1.1) == [track]
    assert tracker.remove_ended(9.9) == []


def test_track_is_confirmed_by_its_third_detection() -> None:
    tracker = Tracker(confirm_hits=3)
    track = tracker.update([face(100)], 0.0)[0][0]
    assert not tracker.is_confirmed(track)
    for n in (1, 2):
        tracker.update([face(100)], n * FRAME_S)
    assert tracker.is_confirmed(track)


@given(st.lists(st.lists(boxes, max_size=6), max_size=8))
def test_every_face_gets_exactly_one_track_of_its_own(frames: list[list[Box]]) -> None:
    tracker = Tracker()
    for number, found in enumerate(frames):
        faces = [Face(box, 0.9) for box in found]
        seen = tracker.update(faces, number * FRAME_S)
        assert sorted(map(id, (face for _, face in seen))) == sorted(map(id, faces))
        assert len({track.id for track, _ in seen}) == len(faces)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_from_0_to_1(one: Box, other: Box) -> None:
    overlap = intersection_over_union(one, other)
    assert overlap == pytest.approx(intersection_over_union(other, one))
    assert 0 <= overlap <= 1 + 1e-9
    assert intersection_over_union(one, one) == pytest.approx(1)


def test_track_ends_after_its_patience_also_without_frames() -> None:
    tracker = Tracker(max_gap_s=1.0)
    before = tracker.update([face(100)], 0.0)[0][0]
    assert tracker.remove_ended(600.0) == [before]
    assert tracker.update([face(100)], 600.0)[0][0] is not before
