"""The DeepLens function in its own process, with fakes of the modules that exist only on the device."""

from __future__ import annotations

import ast
import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

import edge_device
from edge_device.detector import YuNet

if TYPE_CHECKING:
    from collections.abc import Iterator

EDGE = Path(edge_device.__file__).parent
ON_DEVICE = sorted([*(EDGE / "core").glob("*.py"), *(EDGE / "deeplens").glob("*.py")])
# Modules that exist on the device with Python 3.7, and names that these modules got later.
MODULES_OF_DEVICE = {
    *("__future__", "base64", "collections", "dataclasses", "datetime", "errno", "hashlib", "json", "logging", "os"),
    *("threading", "time", "typing", "uuid", "cv2", "numpy", "awscam", "greengrasssdk", "mo"),
    *("edge_device.core", "edge_device.deeplens"),
}
LATER_THAN_3_7 = {"Protocol", "Literal", "Final", "TypedDict", "Annotated", "Self", "UTC", "cache", "cached_property"}


class Device:
    """The function's process; `messages` lists what it has published."""

    def __init__(self, folder: Path, video: Path, **environment: str) -> None:
        self.folder, self.published = folder, folder / "published.jsonl"
        fakes = Path(__file__).parent / "deeplens_fakes"
        own = {
            "PYTHONPATH": f"{fakes}{os.pathsep}{EDGE.parent}",
            "AWS_IOT_THING_NAME": "deeplens-01",
            "HOMEWARD_VERSION": "0.1.0",
            "FAKE_AWSCAM_VIDEO": str(video),
            "FAKE_GREENGRASS_FILE": str(self.published),
        }
        command = [sys.executable, "-m", "edge_device.deeplens.inference"]
        self.process = subprocess.Popen(command, env=os.environ | own | environment, stderr=subprocess.PIPE, text=True)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.published.read_text().splitlines()] if self.published.exists() else []

    def wait_for_tracks(self, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 60
        while len({message["payload"]["track"]["id"] for message in self.messages}) < count:
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < deadline, "timeout: too few tracks"
            time.sleep(0.05)
        return self.messages

    def stop(self) -> str:
        self.process.send_signal(signal.SIGKILL)
        return self.process.communicate()[1]


@pytest.fixture
def device(tmp_path: Path, two_passers_by: Path) -> Iterator[Device]:
    device = Device(tmp_path, two_passers_by)
    yield device
    device.stop()


def test_each_passer_by_is_published_with_one_face(device: Device) -> None:
    messages = device.wait_for_tracks(2)
    for message in messages:
        assert message["topic"] == "homeward/v1/deeplens-01/faces"
        payload = message["payload"]
        assert (payload["schema"], payload["camera"]) == ("homeward.face/1", "deeplens-01")
        assert payload["detection"]["model"] == "deeplens-ssd-300"
        jpeg = np.frombuffer(base64.b64decode(payload["image"]["data"]), np.uint8)
        picture = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
        (face,) = YuNet().detect(picture)
        x, _, width, _ = payload["detection"]["face_in_crop_px"]
        assert abs(face.box.x - x) < width / 3


def test_model_labels_may_be_text(tmp_path: Path, two_passers_by: Path) -> None:
    device = Device(tmp_path, two_passers_by, FAKE_AWSCAM_LABELS="text")
    assert device.wait_for_tracks(1)
    device.stop()


def test_message_that_greengrass_refuses_is_retried(tmp_path: Path, two_passers_by: Path) -> None:
    device = Device(tmp_path, two_passers_by, FAKE_GREENGRASS_FAILURES="3")
    messages = device.wait_for_tracks(2)
    assert [message["payload"]["sequence"] for message in messages] == list(range(1, len(messages) + 1))
    assert "will retry with the next frame" in device.stop()


def test_model_that_cannot_be_optimized_is_an_error(tmp_path: Path, two_passers_by: Path) -> None:
    device = Device(tmp_path, two_passers_by, FAKE_MO_ERROR="1")
    assert device.process.wait(30) != 0
    assert "Deploy it with the DeepLens project" in device.process.communicate()[1]


STREAM = """
import sys, time
import numpy as np
from edge_device.core.geometry import Box
from edge_device.deeplens.project_stream import ProjectStream
stream = ProjectStream(sys.argv[1])
stream.start()
while True:
    stream.show(np.full((480, 640, 3), 90, np.uint8), [Box(100, 100, 80, 80)])
    time.sleep(0.02)
"""


def read_some(fifo: Path) -> bytes:
    with fifo.open("rb") as reader:
        return reader.read(100_000)


def test_project_stream_continues_for_the_next_reader(tmp_path: Path) -> None:
    fifo = tmp_path / "results.mjpeg"
    with subprocess.Popen([sys.executable, "-c", STREAM, str(fifo)]) as program:
        try:
            deadline = time.monotonic() + 20
            while not fifo.exists():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            seen = [read_some(fifo) for _ in range(3)]
        finally:
            program.kill()
    assert all(b"\xff\xd8\xff" in jpegs for jpegs in seen)


@pytest.mark.parametrize("path", ON_DEVICE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_source_runs_on_python_3_7(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 7))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        name
        for node in imported
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    allowed = {module for module in modules if module.startswith(tuple(MODULES_OF_DEVICE))}
    assert modules == allowed
    names = {alias.name for node in imported if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not names & LATER_THAN_3_7
    if modules - {"__future__"}:
        assert "__future__" in modules  # without it, Python 3.7 evaluates annotations such as list[int] and fails


def test_camera_module_is_imported_before_opencv() -> None:
    source = (EDGE / "deeplens" / "inference.py").read_text()
    assert source.index("import awscam") < source.index("import cv2")
