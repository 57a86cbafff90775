"""Video files as cameras."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.cameras import CameraError, IncompleteVideoError
from edge_device.cameras.video_file import VideoFile
from tests.edge.support.frames import without_pauses
from tests.edge.support.recordings import (
    cut,
    move_index_to_the_front,
    noise,
    pause_after,
    record,
    restart_times_after,
    trim_by_edit_list,
)

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
    frames = list(without_pauses(VideoFile(short_video, fast=True).frames()))
    assert [round(frame.at_s, 1) for frame in frames] == [number / 10 for number in range(10)]
    assert [round(float(frame.image.mean()) / 20) for frame in frames] == list(range(10))


def test_real_time_video_skips_frames_for_a_slow_detector(short_video: Path) -> None:
    seen = []
    for frame in without_pauses(VideoFile(short_video).frames()):
        seen.append(round(float(frame.image.mean()) / 20))
        time.sleep(0.25)
    assert seen[0] == 0
    assert 3 <= len(seen) <= 6
    assert seen == sorted(set(seen))


def test_file_that_is_not_a_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no video")
    with pytest.raises(CameraError, match="not a video that OpenCV can read"):
        next(VideoFile(tmp_path / "notes.txt").frames())


def times(path: Path) -> list[float]:
    return [round(frame.at_s, 2) for frame in VideoFile(path).every_frame()]


def test_times_are_the_containers_own(tmp_path: Path) -> None:
    video = record(tmp_path / "gap.flv", noise(10), codec="FLV1")
    pause_after(video, 4, pause_s=600.0)
    assert times(video) == [0.0, 0.1, 0.2, 0.3, 600.4, 600.5, 600.6, 600.7, 600.8, 600.9]


def test_times_that_start_again_go_on(tmp_path: Path) -> None:
    video = record(tmp_path / "joined.flv", noise(8), codec="FLV1")
    restart_times_after(video, 4)
    assert times(video) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], abs=0.02)


def test_real_time_video_yields_none_during_a_gap(tmp_path: Path) -> None:
    video = record(tmp_path / "gap.flv", noise(4), codec="FLV1")
    pause_after(video, 2, pause_s=600.0)
    shown = [frame is None for frame in islice(VideoFile(video).frames(), 3)]
    assert shown == [False, False, True]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v"), ("a.flv", "FLV1")]
)
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_recording_that_is_cut_off_says_how_far_it_goes(tmp_path: Path, name: str, codec: str, part: float) -> None:
    video = record(tmp_path / name, noise(150), codec=codec)
    assert len(times(video)) == 150
    if name == "a.mp4":
        move_index_to_the_front(video)
        assert len(times(video)) == 150
    cut(video, part)
    read: list[float] = []
    with pytest.raises(IncompleteVideoError, match=r"cannot be read beyond \d+\.\d s"):
        read.extend(frame.at_s for frame in VideoFile(video).every_frame())
    assert part * 150 * 0.6 <= len(read) < 145


def test_recording_that_an_edit_list_shortens_is_complete(tmp_path: Path) -> None:
    video = record(tmp_path / "trimmed.mp4", noise(100), codec="mp4v")
    trim_by_edit_list(video, 0.5)
    assert 45 <= len(times(video)) <= 55
