"""Where faces may be captured, what is never looked at, and when the detector may rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.core.face import Frame
from edge_device.core.geometry import Box
from edge_device.core.motion import MotionGate
from edge_device.core.zones import Zones
from edge_device.detector import YuNet
from tests.edge.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.video import GroundTruth

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def picture(level: int = 120, *, noise: float = 3.0, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    random = np.random.default_rng(seed)
    return np.clip(random.normal(level, noise, (360, 640, 3)), 0, 255).astype(np.uint8)


def test_mask_is_black_at_any_resolution_and_the_rest_untouched() -> None:
    zones = Zones(masks=(LEFT_HALF,))
    for width, height in ((640, 360), (1280, 720)):
        image = np.full((height, width, 3), 200, np.uint8)
        zones.black_out(image)
        assert image[:, : width // 2].max() == 0
        assert image[:, width // 2 + 1 :].min() == 200


def test_face_under_a_mask_is_never_found(two_passers_by: Path) -> None:
    everything = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    mask = [[list(corner) for corner in everything]]
    result = homeward_edge("replay", str(two_passers_by), "--set", f"zones.masks={mask}", "--json")
    assert result.stdout.strip() == "[]"


def test_only_faces_whose_centre_is_in_a_region_are_admitted() -> None:
    zones = Zones(regions=(LEFT_HALF,))
    frame = Frame(picture(), 0.0, 0.0)
    assert zones.admits(frame, Box(250, 100, 100, 100))
    assert not zones.admits(frame, Box(290, 100, 100, 100))
    assert Zones().admits(frame, Box(290, 100, 100, 100))


def test_replay_with_a_region_captures_in_it_only(two_passers_by: Path) -> None:
    region = [[list(corner) for corner in LEFT_HALF]]
    everywhere = homeward_edge("replay", str(two_passers_by)).stdout
    result = homeward_edge("replay", str(two_passers_by), "--set", f"zones.regions={region}")
    assert result.exit_code == 0
    assert "2 passers-by" in result.stdout
    assert result.stdout != everywhere


def opened(gate: MotionGate, images: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> list[bool]:
    return [gate.opens(Frame(image, number / 15, 0.0)) for number, image in enumerate(images)]


def test_gate_rests_over_an_empty_picture_but_looks_once_a_second() -> None:
    looked = opened(MotionGate(), [picture(seed=number) for number in range(90)])
    assert sum(looked[:20]) >= 15  # it starts awake
    assert 3 <= sum(looked[30:]) <= 5


def test_gate_opens_with_the_first_frame_in_which_something_moves() -> None:
    images = [picture(seed=number) for number in range(60)]
    for image in images[45:]:
        cv2.circle(image, (320, 180), 24, (200, 180, 170), -1)
    assert opened(MotionGate(), images)[45]


@pytest.mark.parametrize("step", [0.2, -0.2])
def test_slow_change_of_light_does_not_open_it(step: float) -> None:
    looked = opened(MotionGate(), [picture(round(120 + step * number), seed=number) for number in range(120)])
    assert sum(looked[30:]) <= 8


def test_gate_opens_for_every_visible_face_of_the_busy_corridor(busy_video: tuple[Path, GroundTruth]) -> None:
    video, truth = busy_video
    reader, gate, missed = cv2.VideoCapture(str(video)), MotionGate(), 0
    for number, faces in enumerate(truth.frames):
        frame = Frame(np.asarray(reader.read()[1], np.uint8), number / truth.fps, 0.0)
        if not gate.opens(frame) and any(face.visible > 0.9 for face in faces):
            missed += bool(YuNet().detect(frame.image))
    assert missed == 0
