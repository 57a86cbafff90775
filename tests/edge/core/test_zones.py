"""Zones: regions in which faces are captured, and masks that are blacked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_device.core.face import Frame
from edge_device.core.geometry import Box
from edge_device.core.zones import Zones
from tests.edge.support.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def test_mask_blacks_out_only_its_area_at_any_resolution() -> None:
    zones = Zones(masks=(LEFT_HALF,))
    for width, height in ((640, 360), (1280, 720)):
        image = np.full((height, width, 3), 200, np.uint8)
        zones.black_out(image)
        assert image[:, : width // 2].max() == 0
        assert image[:, width // 2 + 1 :].min() == 200


def test_face_under_a_mask_is_never_detected(two_passers_by: Path) -> None:
    everything = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    mask = [[list(corner) for corner in everything]]
    result = homeward_edge("replay", str(two_passers_by), "--set", f"zones.masks={mask}", "--json")
    assert result.stdout.strip() == "[]"


def test_only_faces_centered_in_a_region_are_admitted() -> None:
    zones = Zones(regions=(LEFT_HALF,))
    frame = Frame(np.zeros((360, 640, 3), np.uint8), 0.0, 0.0)
    assert zones.admits(frame, Box(250, 100, 100, 100))
    assert not zones.admits(frame, Box(290, 100, 100, 100))
    assert Zones().admits(frame, Box(290, 100, 100, 100))


def test_replay_with_a_region_captures_only_inside_it(two_passers_by: Path) -> None:
    region = [[list(corner) for corner in LEFT_HALF]]
    everywhere = homeward_edge("replay", str(two_passers_by)).stdout
    result = homeward_edge("replay", str(two_passers_by), "--set", f"zones.regions={region}")
    assert result.exit_code == 0
    assert "2 passers-by" in result.stdout
    assert result.stdout != everywhere
