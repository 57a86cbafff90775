"""The motion gate: when the detector pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.core.face import Frame
from edge_device.core.motion import MotionGate
from edge_device.detector import YuNet

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.video import GroundTruth


def picture(level: int = 120, *, noise: float = 3.0, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    random = np.random.default_rng(seed)
    return np.clip(random.normal(level, noise, (360, 640, 3)), 0, 255).astype(np.uint8)


def opened(gate: MotionGate, images: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> list[bool]:
    return [gate.opens(Frame(image, number / 15, 0.0)) for number, image in enumerate(images)]


def test_gate_opens_once_per_second_while_nothing_moves() -> None:
    looked = opened(MotionGate(), [picture(seed=number) for number in range(90)])
    assert sum(looked[:20]) >= 15  # the gate starts open
    assert 3 <= sum(looked[30:]) <= 5


def test_gate_opens_with_the_first_frame_that_has_motion() -> None:
    images = [picture(seed=number) for number in range(60)]
    for image in images[45:]:
        cv2.circle(image, (320, 180), 24, (200, 180, 170), -1)
    assert opened(MotionGate(), images)[45]


@pytest.mark.parametrize("step", [0.2, -0.2])
def test_slow_change_of_light_does_not_open_the_gate(step: float) -> None:
    looked = opened(MotionGate(), [picture(round(120 + step * number), seed=number) for number in range(120)])
    assert sum(looked[30:]) <= 8


def test_gate_opens_for_every_visible_face_of_the_corridor(busy_video: tuple[Path, GroundTruth]) -> None:
    video, truth = busy_video
    reader, gate, missed = cv2.VideoCapture(str(video)), MotionGate(), 0
    for number, faces in enumerate(truth.frames):
        frame = Frame(np.asarray(reader.read()[1], np.uint8), number / truth.fps, 0.0)
        if not gate.opens(frame) and any(face.visible > 0.9 for face in faces):
            missed += bool(YuNet().detect(frame.image))
    assert missed == 0
