"""The live view: it needs the token, listens on loopback only, and never slows the capture loop."""

from __future__ import annotations

import socket
import stat
import threading
import time
from typing import TYPE_CHECKING, Any

import cv2
import httpx
import numpy as np
import pytest

from edge_device.core.face import Face, Frame
from edge_device.core.geometry import Box
from edge_device.core.tracks import Track
from edge_device.live_view.picture import LivePicture
from edge_device.live_view.server import LiveServer, read_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "token-of-the-test"
FACE = Face(Box(100, 100, 80, 80), 0.93)
SEEN = [(Track(FACE.box, 0.0, 0.0), FACE)]


def frame(level: int = 90) -> Frame:
    return Frame(np.full((360, 640, 3), level, np.uint8), 0.0, 0.0)


@pytest.fixture
def picture() -> LivePicture:
    picture = LivePicture(width_px=320, min_px=48)
    picture.start()
    return picture


@pytest.fixture
def server(picture: LivePicture) -> Iterator[LiveServer]:
    server = LiveServer(0, TOKEN, picture, lambda: {"sent": 7, "waiting": 0})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def filming(picture: LivePicture) -> Iterator[None]:
    stop = threading.Event()

    def film() -> None:
        while not stop.wait(0.02):
            picture.show(frame(), SEEN)

    thread = threading.Thread(target=film)
    thread.start()
    yield
    stop.set()
    thread.join()


def ask(server: LiveServer, path: str, **options: Any) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}{path}", trust_env=False, **options)


@pytest.mark.parametrize("path", ["/", "/stream.mjpg", "/state", "/page.js", "/?token=wrong", "/stream.mjpg?token="])
def test_requests_without_the_token_are_refused(server: LiveServer, path: str) -> None:
    assert ask(server, path).status_code == 403


def test_token_is_exchanged_for_a_cookie(server: LiveServer) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, follow_redirects=True) as browser:
        page = browser.get("/", params={"token": TOKEN})
        assert page.status_code == 200
        assert TOKEN not in str(page.url)
        assert "Camera live view" in page.text
        assert browser.get("/state").json() == {"sent": 7, "waiting": 0}
    cookie = ask(server, f"/?token={TOKEN}").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_foreign_host_name_is_refused(server: LiveServer) -> None:
    headers = {"Host": f"evil.example:{server.port}", "Cookie": f"live={TOKEN}"}
    assert ask(server, "/", headers=headers).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:1", "null", ""])
def test_a_page_of_another_site_is_refused(server: LiveServer, origin: str) -> None:
    assert ask(server, "/", headers={"Origin": origin, "Cookie": f"live={TOKEN}"}).status_code == 403


def test_server_listens_on_loopback_only(server: LiveServer) -> None:
    assert server._server.server_address[0] == "127.0.0.1"


@pytest.mark.usefixtures("filming")
def test_stream_shows_pictures_with_the_box_drawn(server: LiveServer) -> None:
    with httpx.stream(
        "GET", f"http://127.0.0.1:{server.port}/stream.mjpg", headers={"Cookie": f"live={TOKEN}"}, trust_env=False
    ) as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
        received = b""
        for chunk in answer.iter_bytes():
            received += chunk
            if received.count(b"\xff\xd9") >= 2:
                break
    jpeg = received[received.index(b"\xff\xd8") : received.index(b"\xff\xd9") + 2]
    shown = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR))
    assert shown.shape == (180, 320, 3)
    assert shown[80, 50, 1] > shown[80, 50, 2] + 40  # the left side of the box is green


@pytest.mark.usefixtures("filming")
def test_stuck_viewer_slows_neither_the_loop_nor_other_viewers(server: LiveServer, picture: LivePicture) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        stuck.sendall(f"GET /stream.mjpg HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: live={TOKEN}\r\n\r\n".encode())
        number = 0
        with picture.watch():
            deadline = time.monotonic() + 10
            for _ in range(50):
                newest = picture.next_after(number, timeout_s=5)
                assert newest
                number = newest[0]
                assert time.monotonic() < deadline


def test_nothing_is_drawn_without_viewers(picture: LivePicture) -> None:
    for _ in range(20):
        picture.show(frame(), SEEN)
    assert picture.next_after(0, timeout_s=0.2) is None


@pytest.mark.usefixtures("filming")
def test_fifth_viewer_is_refused(server: LiveServer, picture: LivePicture) -> None:
    with picture.watch(), picture.watch(), picture.watch(), picture.watch():
        assert ask(server, "/stream.mjpg", headers={"Cookie": f"live={TOKEN}"}).status_code == 503


def test_token_is_created_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "state" / "token"
    token = read_token(file)
    assert len(token) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_token(file) == token
