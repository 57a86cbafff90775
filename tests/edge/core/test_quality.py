"""The quality score: faces that are easier to recognize score higher."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from edge_device.core.face import Face, Frame
from edge_device.core.geometry import Box
from edge_device.core.quality import assess, frontality, is_whole
from edge_device.detector import YuNet
from tests.edge.conftest import FACES

PORTRAIT = cv2.resize(np.asarray(cv2.imread(str(FACES / "male" / "4.jpg")), np.uint8), (256, 256)).astype(np.uint8)
(FACE,) = YuNet().detect(PORTRAIT)


def score(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], face: Face = FACE) -> float:
    return assess(Frame(image, 0.0, 0.0), face).score


def test_blurred_dark_bright_and_small_faces_score_lower() -> None:
    reference = score(PORTRAIT)
    blurred = cv2.GaussianBlur(PORTRAIT, (0, 0), 4).astype(np.uint8)
    small = cv2.resize(PORTRAIT, None, fx=0.25, fy=0.25).astype(np.uint8)
    assert score(blurred) < 0.8 * reference
    assert score((PORTRAIT * 0.2).astype(np.uint8)) < 0.9 * reference
    assert score(np.clip(PORTRAIT * 1.0 + 150, 0, 255).astype(np.uint8)) < 0.9 * reference
    assert score(small, Face(FACE.box.scaled(0.25), 0.9, tuple((x / 4, y / 4) for x, y in FACE.points))) < reference


def test_noise_does_not_count_as_sharpness() -> None:
    blurred = cv2.GaussianBlur(PORTRAIT, (0, 0), 4)
    noisy = np.clip(blurred + np.random.default_rng(1).normal(0, 8, blurred.shape), 0, 255).astype(np.uint8)
    assert assess(Frame(noisy, 0.0, 0.0), FACE).sharpness < assess(Frame(PORTRAIT, 0.0, 0.0), FACE).sharpness


def test_face_turned_away_is_less_frontal() -> None:
    eyes = ((30.0, 40.0), (70.0, 40.0))
    front, half, profile = (Face(Box(0, 0, 100, 100), 0.9, (*eyes, (nose_x, 60.0))) for nose_x in (50.0, 62.0, 75.0))
    assert frontality(front) == 1
    assert 0.1 < frontality(half) < 0.5
    assert frontality(profile) == 0
    assert frontality(replace(front, points=())) == 0.7


def test_face_tilted_to_the_shoulder_is_still_frontal() -> None:
    assert frontality(Face(Box(0, 0, 100, 100), 0.9, ((30.0, 30.0), (60.0, 60.0), (35.0, 55.0)))) == 1


def test_face_cut_by_the_edge_of_the_frame_is_not_whole() -> None:
    frame = Frame(np.zeros((100, 200, 3), np.uint8), 0.0, 0.0)
    assert is_whole(frame, Face(Box(10, 10, 50, 50), 0.9))
    for cut in (Box(0, 10, 50, 50), Box(10, -3, 50, 50), Box(150, 10, 50, 50), Box(10, 50, 50, 50)):
        assert not is_whole(frame, Face(cut, 0.9))
