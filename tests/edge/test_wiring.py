"""The parts that the settings select."""

from __future__ import annotations

import pytest

from edge_device.cameras import CameraError
from edge_device.cameras.awscam_device import AwsCam
from edge_device.cameras.image_folder import ImageFolder
from edge_device.cameras.live import LiveCamera
from edge_device.cameras.video_file import VideoFile
from edge_device.settings import read_settings
from edge_device.wiring import build_camera


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("0", LiveCamera),
        ("/dev/video2", LiveCamera),
        ("rtsp://10.0.0.1/stream", LiveCamera),
        ("http://10.0.0.1/mjpg", LiveCamera),
        ("awscam", AwsCam),
        ("walk.mp4", VideoFile),
        (".", ImageFolder),
    ],
)
def test_source_selects_the_camera(source: str, kind: type) -> None:
    assert isinstance(build_camera(read_settings(None, {"camera": "cam-01", "source": source})), kind)


def test_awscam_is_an_error_on_other_devices() -> None:
    with pytest.raises(CameraError, match="only an AWS DeepLens"):
        next(AwsCam().frames())
