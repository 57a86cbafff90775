"""The selection of shots, on a video of eight people who cross, stand, run and walk in the dark."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.core.face import Face, Frame
from edge_device.core.geometry import Box
from edge_device.core.passers_by import FaceRules, PassersBy
from edge_device.detector import YuNet

if TYPE_CHECKING:
    from pathlib import Path

    from edge_device.core.message import FaceShot
    from local_cloud.video import GroundTruth, TrueFace


def play(video: Path, truth: GroundTruth) -> list[FaceShot]:
    """Collect all shots of a video; `captured_at` is the time in the video."""
    detector, passers_by, shots = YuNet(), PassersBy(), []
    reader = cv2.VideoCapture(str(video))
    for number in range(len(truth.frames)):
        image = np.asarray(reader.read()[1], np.uint8)
        at_s = number / truth.fps
        shots += passers_by.see(Frame(image, at_s, captured_at=at_s), detector.detect(image))
    return shots + passers_by.finish()


def person_in(box: Box, faces: list[TrueFace]) -> int:
    """Find the person in a box: of the true faces under its center, the one closest in size."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    under = [
        face
        for face in faces
        if face.box[0] < x < face.box[0] + face.box[2] and face.box[1] < y < face.box[1] + face.box[3]
    ]
    return min(under, key=lambda face: abs(face.box[3] - box.height)).person


@pytest.fixture(scope="module")
def shots(busy_video: tuple[Path, GroundTruth]) -> list[FaceShot]:
    return play(*busy_video)


def test_every_person_gives_one_to_three_captures(shots: list[FaceShot], busy_video: tuple[Path, GroundTruth]) -> None:
    truth = busy_video[1]
    people = Counter(person_in(shot.box, truth.frames[round(shot.captured_at * truth.fps)]) for shot in shots)
    assert set(people) == set(range(len(truth.people)))
    assert all(1 <= captures <= 3 for captures in people.values()), people


def test_no_track_mixes_two_people(shots: list[FaceShot], busy_video: tuple[Path, GroundTruth]) -> None:
    truth = busy_video[1]
    people_of_track = defaultdict(set)
    for shot in shots:
        people_of_track[shot.track_id].add(person_in(shot.box, truth.frames[round(shot.captured_at * truth.fps)]))
    assert all(len(people) == 1 for people in people_of_track.values())


def test_first_shot_comes_within_a_second_of_confirmation(shots: list[FaceShot]) -> None:
    assert all(shot.dwell_s < 1.2 for shot in shots if shot.shot == 1)


def test_every_crop_shows_exactly_one_face(shots: list[FaceShot]) -> None:
    for shot in shots:
        crop = np.asarray(cv2.imdecode(np.frombuffer(shot.crop.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        (face,) = YuNet(min_score=0.7).detect(crop)
        assert abs(face.box.x - shot.crop.face.x) < shot.crop.face.width / 3


def test_shots_of_a_track_get_better_and_only_the_last_is_final(shots: list[FaceShot]) -> None:
    tracks = defaultdict(list)
    for shot in shots:
        tracks[shot.track_id].append(shot)
    for track in tracks.values():
        assert [shot.shot for shot in track] == list(range(1, len(track) + 1))
        assert [shot.quality.score for shot in track] == sorted(shot.quality.score for shot in track)
        assert not any(shot.final for shot in track[:-1])


def shots_of_still_face(face: Face, *, frames: int, rules: FaceRules | None = None) -> list[FaceShot]:
    """Collect the shots of a face that stands still in an image of noise."""
    passers_by = PassersBy(faces=rules or FaceRules())
    image = np.random.default_rng(1).integers(60, 190, (360, 640, 3), np.uint8)
    shots = [
        shot for number in range(frames) for shot in passers_by.see(Frame(image, number / 15, number / 15), [face])
    ]
    return shots + passers_by.finish()


@pytest.mark.parametrize(
    ("box", "confidence", "captured"),
    [
        (Box(200, 100, 60, 60), 0.9, True),
        (Box(200, 100, 60, 60), 0.8, False),  # the IoT rule requires more than 0.8
        (Box(200, 100, 40, 47), 0.9, False),  # too small
        (Box(-10, 100, 60, 60), 0.9, False),  # cut by the edge of the frame
    ],
)
def test_only_faces_that_a_search_can_use_are_captured(box: Box, confidence: float, captured: bool) -> None:
    assert bool(shots_of_still_face(Face(box, confidence), frames=30)) is captured


def test_false_positive_in_two_frames_is_not_captured() -> None:
    assert shots_of_still_face(Face(Box(200, 100, 60, 60), 0.95), frames=2) == []


def test_two_who_always_overlap_are_captured_at_the_end() -> None:
    passers_by = PassersBy()
    image = np.random.default_rng(1).integers(60, 190, (360, 640, 3), np.uint8)
    faces = [Face(Box(200, 100, 90, 90), 0.9), Face(Box(250, 105, 60, 60), 0.9)]
    assert [shot for n in range(30) for shot in passers_by.see(Frame(image, n / 15, n / 15), faces)] == []
    assert sorted(shot.box.width for shot in passers_by.finish()) == [60, 90]


def test_person_behind_another_is_captured_once_they_separate() -> None:
    passers_by = PassersBy()
    image = np.random.default_rng(1).integers(60, 190, (360, 640, 3), np.uint8)
    front = Box(200, 100, 90, 90)
    for number in range(60):
        behind = Box(250 + max(0, number - 30) * 4.0, 105, 60, 60)
        faces = [Face(front, 0.9), Face(behind, 0.9)]
        for shot in passers_by.see(Frame(image, number / 15, number / 15), faces):
            assert number > 30
            assert shot.box.intersection(behind if shot.box == front else front).area <= 0.1 * shot.box.area


@pytest.mark.parametrize(("gap_s", "people"), [(0.5, 1), (1.5, 2), (600.0, 2)])
def test_people_at_one_place_before_and_after_a_gap_in_the_frames_are_two(gap_s: float, people: int) -> None:
    passers_by, face = PassersBy(), Face(Box(200, 100, 60, 60), 0.9)
    image = np.random.default_rng(1).integers(60, 190, (360, 640, 3), np.uint8)
    times = [start + number / 15 for start in (0.0, 30 / 15 + gap_s) for number in range(30)]
    shots = [shot for at_s in times for shot in passers_by.see(Frame(image, at_s, at_s), [face])]
    assert len({shot.track_id for shot in shots + passers_by.finish()}) == people
    assert all(shot.dwell_s < 6 for shot in shots)
