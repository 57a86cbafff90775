"""The camera's live view in a real browser, while the camera program plays a video."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from local_cloud.rekognition.engine.distinct_faces import HEADSHOTS
from local_cloud.video import render_walk_past

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Run a camera that plays a video in real time. Yields the address of its live view and the token."""
    folder = tmp_path_factory.mktemp("camera")
    video, token_file = folder / "walk.mp4", folder / "token"
    render_walk_past([HEADSHOTS / "male" / "1.jpg", HEADSHOTS / "female" / "1.jpg"] * 3, video, gap_s=0.1)
    command = [sys.executable, "-m", "edge_device", "run", "--source", str(video), "--camera", "cam-01"]
    command += ["--publisher", "stdout", "--outbox", str(folder / "outbox.db"), "--live-view", "0"]
    command += ["--set", f"live_view.token_file={token_file}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        address = None
        for line in program.stderr:
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            if address:
                break
        assert address, "the program did not print the address of its live view"
        yield address[0], token_file.read_text()
        program.terminate()
        program.stderr.read()


@pytest.fixture
def page(browser: Browser, camera: tuple[str, str]) -> Iterator[Page]:
    address, token = camera
    page = browser.new_context(viewport={"width": 1000, "height": 800}).new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/?token={token}", wait_until="commit")
    yield page
    assert errors == []
    page.context.close()


# Draws the page's picture to a small canvas and returns its RGBA values.
PIXELS = """() => {
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 36;
  const drawing = canvas.getContext('2d');
  drawing.drawImage(document.getElementById('picture'), 0, 0, 64, 36);
  return Array.from(drawing.getImageData(0, 0, 64, 36).data);
}"""


def wait_until(condition: Callable[[], bool], *, within_s: float = 15) -> None:
    """Poll from Python: the page's content security policy forbids Playwright's own polling."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.05)


def picture_width(page: Page) -> int:
    width: int = page.evaluate("() => document.getElementById('picture').naturalWidth")
    return width


def test_the_page_shows_moving_pictures(page: Page) -> None:
    wait_until(lambda: picture_width(page) == 960)
    first = page.evaluate(PIXELS)
    wait_until(lambda: page.evaluate(PIXELS) != first)


def test_the_numbers_under_the_picture_are_filled_in(page: Page) -> None:
    for name in ("frames_per_s", "detector_ms", "sent", "waiting", "dropped"):
        expect(page.locator(f"#{name}")).to_have_text(re.compile(r"^[\d.]+$"))


def test_faces_are_boxed_in_green(page: Page) -> None:
    wait_until(lambda: picture_width(page) > 0)
    green = f"""() => {{
      const levels = ({PIXELS.replace("64", "480").replace("36", "270")})();
      let count = 0;
      for (let i = 0; i < levels.length; i += 4)
        if (levels[i + 1] > 150 && levels[i] < 140 && levels[i + 2] < 140) count += 1;
      return count > 100;
    }}"""
    wait_until(lambda: page.evaluate(green))


def test_the_token_does_not_stay_in_the_address(page: Page, camera: tuple[str, str]) -> None:
    assert page.url == f"{camera[0]}/"
    expect(page.get_by_role("img")).to_have_attribute("alt", re.compile("box, track and confidence of each face"))


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_the_page_requires_the_token(browser: Browser, camera: tuple[str, str]) -> None:
    context = browser.new_context()
    answer = context.new_page().goto(camera[0])
    assert answer
    assert answer.status == 403
    context.close()
