"""The capture loop queues a person's last shot in time, whatever the camera does."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.core.best_shot import ShotRules
from edge_device.core.face import Face, Frame
from edge_device.core.geometry import Box
from edge_device.core.passers_by import PassersBy
from edge_device.core.topics import Topics
from edge_device.filming.capture_loop import CaptureLoop
from edge_device.outbox.queue import Outbox
from edge_device.remote.shadow import RemoteSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray


class OneFace:
    """Finds a face at the same place in every image."""

    model = "test"

    def detect(self, _: NDArray[np.uint8]) -> list[Face]:
        return [Face(Box(200, 100, 60, 60), 0.9)]


class Script:
    """A camera that shows a person for two seconds, then does what the test wants."""

    def __init__(self, then: Callable[[], Iterator[Frame | None]]) -> None:
        self._then = then

    def frames(self) -> Iterator[Frame | None]:
        yield from person(0.0)
        yield from self._then()


def person(at_s: float) -> Iterator[Frame]:
    image = np.random.default_rng(1).integers(60, 190, (360, 640, 3), np.uint8)
    for number in range(30):
        yield Frame(image, at_s + number / 15, at_s + number / 15)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db") as outbox:
        yield outbox


def loop_of(outbox: Outbox, then: Callable[[], Iterator[Frame | None]]) -> CaptureLoop:
    only_at_the_end = ShotRules(good_score=1.0, min_score=1.0)
    return CaptureLoop(Topics("cam-01"), Script(then), OneFace(), PassersBy(rules=only_at_the_end), outbox)


def finals(outbox: Outbox) -> int:
    return sum(json.loads(entry.payload)["track"]["final"] for entry in outbox.entries())


def test_stalled_stream_ends_the_track(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def stall() -> Iterator[None]:
        yield None
        counts.append(finals(outbox))
        now_s = clock.steady_s()
        monkeypatch.setattr(clock, "steady_s", lambda: now_s + 5)
        yield None
        counts.append(finals(outbox))

    loop_of(outbox, stall).run(threading.Event())
    assert counts == [0, 1]


def test_pausing_by_remote_settings_ends_the_track(outbox: Outbox) -> None:
    counts: list[int] = []

    def pause() -> Iterator[Frame | None]:
        loop.change_settings(RemoteSettings(filming=False))
        yield None
        counts.append(finals(outbox))
        yield from person(3600.0)

    loop = loop_of(outbox, pause)
    loop.run(threading.Event())
    assert counts == [1]
    assert finals(outbox) == 1


def test_camera_that_fails_does_not_lose_the_last_shot(outbox: Outbox) -> None:
    def fail() -> Iterator[None]:
        yield None
        raise CameraError("unplugged")

    with pytest.raises(CameraError, match="unplugged"):
        loop_of(outbox, fail).run(threading.Event())
    assert finals(outbox) == 1
