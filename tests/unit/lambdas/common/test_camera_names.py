"""The rule for camera names, in the cloud and in the camera program."""

from __future__ import annotations

import pytest

from edge_device.settings import THING_NAME
from lambdas.common.camera_names import CAMERA_NAME, is_camera_name


def test_camera_program_uses_the_same_pattern() -> None:
    assert rf"^{CAMERA_NAME}\z" == THING_NAME


@pytest.mark.parametrize("name", ["cam-01", "feed-plaza", "north:gate_2", "a" * 128])
def test_allowed_names(name: str) -> None:
    assert is_camera_name(name)


@pytest.mark.parametrize("name", ["", "..", "cam.1", "cam/1", "cam+", "cam#", "two words", "cam-01\n", "a" * 129])
def test_refused_names(name: str) -> None:
    assert not is_camera_name(name)
