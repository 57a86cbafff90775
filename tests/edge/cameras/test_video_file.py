"""Video files as cameras."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.cameras import CameraError
from edge_device.cameras.video_file import VideoFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def short_video(tmp_path: Path) -> Path:
    """One second with 10 frames, each lighter than the one before."""
    path = tmp_path / "short.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 120))
    for number in range(10):
        writer.write(np.full((120, 160, 3), 20 * number, np.uint8))
    writer.release()
    return path


def test_fast_video_gives_every_frame(short_video: Path) -> None:
    frames = list(VideoFile(short_video, fast=True).frames())
    assert [round(frame.at_s, 1) for frame in frames] == [number / 10 for number in range(10)]
    assert [round(float(frame.image.mean()) / 20) for frame in frames] == list(range(10))


def test_real_time_video_skips_frames_for_a_slow_detector(short_video: Path) -> None:
    seen = []
    for frame in VideoFile(short_video).frames():
        seen.append(round(float(frame.image.mean()) / 20))
        time.sleep(0.25)
    assert seen[0] == 0
    assert 3 <= len(seen) <= 6
    assert seen == sorted(set(seen))


def test_file_that_is_not_a_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no video")
    with pytest.raises(CameraError, match="not a video that OpenCV can read"):
        next(VideoFile(tmp_path / "notes.txt").frames())
