"""Webcams and network cameras: their frames, and recovery from failures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.cameras.live import LiveCamera
from tests.edge.support.frames import without_pauses
from tests.edge.support.mjpeg_server import MjpegServer
from tests.edge.support.rtsp_server import RtspServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_device.core.face import Frame

    Film = Callable[..., Iterator[Frame]]


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    server = MjpegServer()
    yield server
    server.stop()


@pytest.fixture
def film(server: MjpegServer) -> Iterator[Film]:
    """Opens the network camera; the end of the test ends its process."""
    with ExitStack() as opened:
        yield lambda **options: without_pauses(
            opened.enter_context(closing(LiveCamera(server.url, **options).frames()))
        )


def children_of(process: int) -> list[int]:
    """Process ids of a program's camera processes."""
    command = ["ps", "-o", "pid=,args=", "--ppid", str(process)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in answer.stdout.splitlines() if "capture_child" in line]


def test_network_camera_gives_frames_with_both_times(film: Film) -> None:
    frames = list(islice(film(), 5))
    assert [frame.image.shape for frame in frames] == [(120, 160, 3)] * 5
    assert all(abs(clock.wall_s() - frame.captured_at) < 5 for frame in frames)
    times = [frame.at_s for frame in frames]
    assert times == sorted(set(times))


def test_newest_frame_replaces_one_that_was_not_taken(server: MjpegServer, film: Film) -> None:
    frames = film()
    next(frames)
    time.sleep(0.5)
    late = next(frames)
    assert clock.steady_s() - late.at_s < 0.2
    assert abs(int(late.image.mean()) - server.shown % 256) <= 4


def test_stale_frame_is_skipped(server: MjpegServer, film: Film) -> None:
    server.hang_after = 5
    frames = film(stale_s=0.3, hang_s=0.6)
    next(frames)
    time.sleep(0.5)  # the buffered frame is stale now; the next frame comes from a new connection
    assert clock.steady_s() - next(frames).at_s < 0.3
    assert server.connections == 2


def test_hanging_camera_process_is_killed_and_replaced(server: MjpegServer, film: Film) -> None:
    server.hang_after = 5
    frames = film(hang_s=0.5)
    next(frames)
    first = children_of(os.getpid())
    list(islice(frames, 6))
    assert server.connections >= 2
    assert not set(first) & set(children_of(os.getpid()))


def test_slow_start_is_no_hang(film: Film) -> None:
    assert next(film(hang_s=0.01)) is not None  # the start of a process takes longer than that


def test_camera_that_never_opens_is_given_up(server: MjpegServer) -> None:
    server.hang_after = 0
    with pytest.raises(CameraError, match="it hung"):
        list(LiveCamera(server.url, open_s=0.5, timeout_s=0.1).frames())


def test_camera_process_that_dies_is_replaced(server: MjpegServer, film: Film) -> None:
    frames = film()
    next(frames)
    (child,) = children_of(os.getpid())
    os.kill(child, signal.SIGKILL)
    list(islice(frames, 3))
    assert server.connections == 2


def test_waiting_camera_yields_none_so_that_a_program_can_stop(server: MjpegServer) -> None:
    server.hang_after = 0
    with closing(LiveCamera(server.url).frames()) as frames:
        assert next(frames) is None


def test_hanging_rtsp_camera_is_reopened() -> None:
    server = RtspServer()
    server.hang_after = 60
    with closing(LiveCamera(server.url, hang_s=2.0).frames()) as frames:
        taken = list(islice(without_pauses(frames), 70))
    server.stop()
    assert [frame.image.shape for frame in taken] == [(120, 160, 3)] * 70
    assert server.connections >= 2


def test_closing_the_camera_ends_its_process(server: MjpegServer) -> None:
    frames = LiveCamera(server.url).frames()
    next(without_pauses(frames))
    frames.close()
    assert children_of(os.getpid()) == []


def test_camera_process_dies_when_its_program_is_killed(server: MjpegServer) -> None:
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


@pytest.mark.parametrize("password", ["p[w", "pa#ss1", "p/a?s", "a@b:c", "100%", "é &=+"])
def test_any_password_opens_the_camera_and_other_users_do_not_see_it(server: MjpegServer, password: str) -> None:
    server.password = password
    source = f"http://user:{password}@127.0.0.1:{server.server_address[1]}/video.mjpg"
    with closing(LiveCamera(source, timeout_s=20).frames()) as frames:
        assert next(without_pauses(frames)).image.shape == (120, 160, 3)
        (child,) = children_of(os.getpid())
        assert password.encode() not in Path(f"/proc/{child}/cmdline").read_bytes()


def test_missing_camera_is_an_error_without_its_password() -> None:
    camera = LiveCamera("http://user:secret@127.0.0.1:9/video", timeout_s=0.1)
    with pytest.raises(CameraError, match=r"http://127.0.0.1:9/video: it gives no frames. Open the") as error:
        list(camera.frames())
    assert "secret" not in str(error.value)


def test_webcam_without_frames_is_an_error_that_names_the_group() -> None:
    with pytest.raises(CameraError, match="group `video`"):
        list(LiveCamera("/dev/null", timeout_s=0.1).frames())


@pytest.mark.parametrize("source", ["97", "/dev/video97"])
def test_missing_webcam_is_named_at_once(source: str) -> None:
    with pytest.raises(CameraError, match=rf"{source}: there is no /dev/video97\. (No camera is c|C)onnected"):
        next(LiveCamera(source, timeout_s=60).frames())
