"""Each kind of camera, and what it does when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from itertools import islice
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device import clock
from edge_device.build import build_camera
from edge_device.cameras import CameraError
from edge_device.cameras.awscam_device import AwsCam
from edge_device.cameras.image_folder import ImageFolder
from edge_device.cameras.live import LiveCamera, redacted
from edge_device.cameras.video_file import VideoFile
from edge_device.settings import read_settings
from tests.edge.mjpeg_server import MjpegServer
from tests.edge.rtsp_server import RtspServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edge_device.core.face import Frame

    Film = Callable[..., Iterator[Frame]]


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    server = MjpegServer()
    yield server
    server.stop()


def pictures(frames: Iterator[Frame | None]) -> Iterator[Frame]:
    """Without the Nones of a camera that is waiting."""
    return (frame for frame in frames if frame)


@pytest.fixture
def film(server: MjpegServer) -> Iterator[Film]:
    """Opens the network camera; its process is ended with the test."""
    with ExitStack() as opened:
        yield lambda **options: pictures(opened.enter_context(closing(LiveCamera(server.url, **options).frames())))


@pytest.fixture
def short_video(tmp_path: Path) -> Path:
    """A second at 10 frames a second, each frame lighter than the one before."""
    path = tmp_path / "short.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 120))
    for number in range(10):
        writer.write(np.full((120, 160, 3), 20 * number, np.uint8))
    writer.release()
    return path


def children_of(process: int) -> list[int]:
    """The camera processes of a program."""
    command = ["ps", "-o", "pid=,args=", "--ppid", str(process)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in answer.stdout.splitlines() if "capture_child" in line]


def test_network_camera_gives_frames_with_both_times(film: Film) -> None:
    frames = list(islice(film(), 5))
    assert [frame.image.shape for frame in frames] == [(120, 160, 3)] * 5
    assert all(abs(clock.wall_s() - frame.captured_at) < 5 for frame in frames)
    times = [frame.at_s for frame in frames]
    assert times == sorted(set(times))


def test_frame_that_nobody_took_in_time_is_replaced_by_the_newest(server: MjpegServer, film: Film) -> None:
    frames = film()
    next(frames)
    time.sleep(0.5)
    late = next(frames)
    assert clock.steady_s() - late.at_s < 0.2
    assert abs(int(late.image.mean()) - server.shown % 256) <= 4


def test_frame_older_than_allowed_is_not_used(server: MjpegServer, film: Film) -> None:
    server.hang_after = 5
    frames = film(stale_s=0.3, hang_s=0.6)
    next(frames)
    time.sleep(0.5)  # what lies in the buffer is old by now; the next frame comes from a new connection
    assert clock.steady_s() - next(frames).at_s < 0.3
    assert server.connections == 2


def test_hanging_camera_is_killed_and_opened_again(server: MjpegServer, film: Film) -> None:
    server.hang_after = 5
    frames = film(hang_s=0.5)
    next(frames)
    first = children_of(os.getpid())
    list(islice(frames, 6))
    assert server.connections >= 2
    assert not set(first) & set(children_of(os.getpid()))


def test_camera_process_that_dies_is_replaced(server: MjpegServer, film: Film) -> None:
    frames = film()
    next(frames)
    (child,) = children_of(os.getpid())
    os.kill(child, signal.SIGKILL)
    list(islice(frames, 3))
    assert server.connections == 2


def test_camera_that_waits_gives_none_so_that_the_program_can_stop(server: MjpegServer) -> None:
    server.hang_after = 0
    with closing(LiveCamera(server.url).frames()) as frames:
        assert next(frames) is None


def test_rtsp_camera_that_goes_silent_is_opened_again() -> None:
    server = RtspServer()
    server.hang_after = 60
    with closing(LiveCamera(server.url, hang_s=2.0).frames()) as frames:
        taken = list(islice(pictures(frames), 70))
    server.stop()
    assert [frame.image.shape for frame in taken] == [(120, 160, 3)] * 70
    assert server.connections >= 2


def test_closing_the_camera_ends_its_process(server: MjpegServer) -> None:
    frames = LiveCamera(server.url).frames()
    next(pictures(frames))
    frames.close()
    assert children_of(os.getpid()) == []


def test_camera_process_dies_with_a_program_that_was_killed(server: MjpegServer) -> None:
    program = f"""
import time
from edge_device.cameras.live import LiveCamera
frames = LiveCamera({server.url!r}).frames()
next(filter(None, frames))
print("filming", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "filming\n"
        (child,) = children_of(parent.pid)
        parent.kill()
    deadline = time.monotonic() + 5
    while subprocess.run(["ps", "-p", str(child)], capture_output=True, check=False).returncode == 0:  # noqa: S607
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_camera_that_is_not_there_is_an_error_with_advice_and_without_its_password() -> None:
    camera = LiveCamera("http://user:secret@127.0.0.1:9/video", give_up_s=0.1)
    with pytest.raises(CameraError, match=r"http://127.0.0.1:9/video: it gives no pictures; try the") as error:
        list(camera.frames())
    assert "secret" not in str(error.value)


def test_webcam_that_is_not_there_names_the_group() -> None:
    with pytest.raises(CameraError, match="group `video`"):
        list(LiveCamera("97", give_up_s=0.1).frames())


@pytest.mark.parametrize(
    ("source", "shown"),
    [("rtsp://admin:pass@10.0.0.1:554/h264", "rtsp://10.0.0.1:554/h264"), ("0", "0"), ("walk.mp4", "walk.mp4")],
)
def test_passwords_are_not_logged(source: str, shown: str) -> None:
    assert redacted(source) == shown


def test_video_file_gives_every_frame_when_fast(short_video: Path) -> None:
    frames = list(VideoFile(short_video, fast=True).frames())
    assert [round(frame.at_s, 1) for frame in frames] == [number / 10 for number in range(10)]
    assert [round(float(frame.image.mean()) / 20) for frame in frames] == list(range(10))


def test_video_file_in_real_time_skips_what_a_slow_detector_has_no_time_for(short_video: Path) -> None:
    seen = []
    for frame in VideoFile(short_video).frames():
        seen.append(round(float(frame.image.mean()) / 20))
        time.sleep(0.25)
    assert seen[0] == 0
    assert 3 <= len(seen) <= 6
    assert seen == sorted(set(seen))


def test_file_that_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no video")
    with pytest.raises(CameraError, match="not a video that OpenCV can read"):
        next(VideoFile(tmp_path / "notes.txt").frames())


def test_image_folder_shows_each_picture_and_leaves_out_what_is_none(tmp_path: Path) -> None:
    for number in (2, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((60, 80, 3), 100 * number, np.uint8))
    (tmp_path / "3.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    frames = list(pictures(ImageFolder(tmp_path).frames()))
    assert [int(frame.image.mean()) for frame in frames] == [100] * 3 + [200] * 3
    assert frames[3].at_s - frames[2].at_s > 1  # longer than a track waits


def test_followed_folder_gives_what_comes_in(tmp_path: Path) -> None:
    frames = pictures(ImageFolder(tmp_path, follow=True, every_s=0.05).frames())
    picture = tmp_path / "first.png"
    cv2.imwrite(str(picture), np.full((60, 80, 3), 50, np.uint8))
    assert int(next(frames).image.mean()) == 50


def test_awscam_is_missing_elsewhere_than_on_a_deeplens() -> None:
    with pytest.raises(CameraError, match="only an AWS DeepLens"):
        next(AwsCam().frames())


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
def test_source_says_which_camera(source: str, kind: type) -> None:
    assert isinstance(build_camera(read_settings(None, {"camera": "cam-01", "source": source})), kind)
