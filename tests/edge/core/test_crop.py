"""Crops show head and shoulders and no other face, and keep the size limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_device.core.crop import cut_out, encode_crop
from edge_device.core.face import Frame
from edge_device.core.geometry import Box
from edge_device.core.message import MAX_JPEG_BYTES
from edge_device.detector import YuNet
from tests.edge.conftest import FACES

if TYPE_CHECKING:
    from numpy.typing import NDArray


def noise(width: int = 1280, height: int = 720) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def two_people(gap_px: int) -> tuple[Frame, Box, Box]:
    """Two portraits side by side, and the boxes of both faces."""
    portraits = [
        cv2.resize(np.asarray(cv2.imread(str(FACES / name))), (256, 256)) for name in ("male/1.jpg", "female/1.jpg")
    ]
    picture = np.full((256, 512 + gap_px, 3), 180, np.uint8)
    picture[:, :256], picture[:, 256 + gap_px :] = portraits
    left, right = sorted(YuNet().detect(picture), key=lambda face: face.box.x)
    return Frame(picture, 0.0, 0.0), left.box, right.box


def test_crop_has_a_margin_of_six_tenths_around_the_face() -> None:
    frame = Frame(noise(), 0.0, 0.0)
    cutout = cut_out(frame, Box(600, 300, 100, 120), others=[])
    assert cutout.image.shape[:2] == (264, 220)
    assert cutout.face == Box(60, 72, 100, 120)
    assert np.array_equal(cutout.image, frame.image[228:492, 540:760])


def test_crop_is_clipped_at_the_edge_of_the_frame() -> None:
    cutout = cut_out(Frame(noise(), 0.0, 0.0), Box(10, 5, 100, 100), others=[])
    assert cutout.image.shape[:2] == (165, 170)
    assert cutout.face == Box(10, 5, 100, 100)


def test_bystander_is_blurred_and_the_face_itself_is_unchanged() -> None:
    frame, own, other = two_people(gap_px=0)
    cutout = cut_out(frame, own, others=[other], margin=3.0)
    (face,) = YuNet(min_score=0.3).detect(cutout.image)
    assert face.box.x + face.box.width / 2 < 256
    original = cut_out(frame, own, others=[], margin=3.0)
    x, y, width, height = cutout.face.to_ints()
    assert np.array_equal(cutout.image[y : y + height, x : x + width], original.image[y : y + height, x : x + width])
    assert len(YuNet(min_score=0.3).detect(original.image)) == 2


def test_bystander_outside_the_crop_changes_nothing() -> None:
    frame, own, other = two_people(gap_px=400)
    assert np.array_equal(cut_out(frame, own, others=[other]).image, cut_out(frame, own, others=[]).image)


def test_frame_itself_is_never_blurred() -> None:
    frame, own, other = two_people(gap_px=0)
    before = frame.image.copy()
    cut_out(frame, own, others=[other], margin=3.0)
    assert np.array_equal(frame.image, before)


@pytest.mark.parametrize("max_px", [480, 800])
def test_crop_that_compresses_badly_still_keeps_the_limit(max_px: int) -> None:
    crop = encode_crop(cut_out(Frame(noise(), 0.0, 0.0), Box(300, 200, 400, 400), others=[]), max_px=max_px)
    assert len(crop.jpeg) <= MAX_JPEG_BYTES


@settings(max_examples=25)
@given(st.floats(50, 1000), st.floats(50, 500), st.floats(48, 500))
def test_crop_has_the_announced_size_and_contains_the_face(x: float, y: float, size: float) -> None:
    box = Box(x, y, size, size).intersection(Box(0, 0, 1280, 720))
    crop = encode_crop(cut_out(Frame(noise(), 0.0, 0.0), box, others=[]))
    picture = np.asarray(cv2.imdecode(np.frombuffer(crop.jpeg, np.uint8), cv2.IMREAD_COLOR))
    assert picture.shape == (crop.height_px, crop.width_px, 3)
    assert max(picture.shape) <= 480
    assert crop.face.x >= 0
    assert crop.face.y >= 0
    assert crop.face.right <= crop.width_px + 1
    assert crop.face.bottom <= crop.height_px + 1
