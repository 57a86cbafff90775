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
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

import edge_device
from edge_device import release
from edge_device.detector import YuNet
from edge_device.version import version

if TYPE_CHECKING:
    from collections.abc import Iterator

EDGE = Path(edge_device.__file__).parent
STOCK_MODEL = "/opt/awscam/artifacts/mxnet_deploy_ssd_FP16_FUSED.xml"
HANDLER = "homeward_deeplens.function_handler"
ON_DEVICE = sorted([*(EDGE / "core").glob("*.py"), *(EDGE / "deeplens").glob("*.py")])
# Modules that exist on the device with Python 3.7.
MODULES_OF_DEVICE = {
    *("__future__", "base64", "collections", "dataclasses", "datetime", "errno", "hashlib", "json", "logging", "os"),
    *("threading", "time", "typing", "uuid", "cv2", "numpy", "awscam", "greengrasssdk", "mo"),
    *("edge_device.core", "edge_device.deeplens"),
}


class Device:
    """The function's process; `messages` lists what it has published."""

    def __init__(self, folder: Path, video: Path, **environment: str) -> None:
        self.folder, self.published = folder, folder / "published.jsonl"
        release.pack(folder)
        with zipfile.ZipFile(folder / "homeward-deeplens.zip") as file:
            file.extractall(folder / "function")
        own = {
            "PYTHONPATH": str(Path(__file__).parent / "deeplens_fakes"),
            "AWS_IOT_THING_NAME": "deeplens-01",
            "FAKE_AWSCAM_MODEL": STOCK_MODEL,
            "FAKE_AWSCAM_VIDEO": str(video),
            "FAKE_GREENGRASS_FILE": str(self.published),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"import {HANDLER.partition('.')[0]}"],
            env=os.environ | own | environment,
            cwd=folder / "function",
            stderr=subprocess.PIPE,
            text=True,
        )

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
        assert payload["edge_version"] == version()
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


@pytest.mark.parametrize(
    ("asked", "loaded"),
    [
        ({"HOMEWARD_MODEL": "/opt/awscam/artifacts/own.xml"}, "/opt/awscam/artifacts/own.xml"),
        ({"HOMEWARD_OPTIMIZE": "deploy_ssd_resnet50_300"}, "/opt/awscam/artifacts/optimized.xml"),
    ],
    ids=["path", "name"],
)
def test_another_model_is_used_where_asked(
    tmp_path: Path, two_passers_by: Path, asked: dict[str, str], loaded: str
) -> None:
    device = Device(tmp_path, two_passers_by, **asked, FAKE_AWSCAM_MODEL=loaded)
    assert device.wait_for_tracks(1)
    device.stop()


def test_model_that_cannot_be_optimized_is_an_error(tmp_path: Path, two_passers_by: Path) -> None:
    device = Device(tmp_path, two_passers_by, HOMEWARD_OPTIMIZE="deploy_ssd_resnet50_300", FAKE_MO_ERROR="1")
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
def test_source_imports_only_what_the_device_has(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 7))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        name
        for node in imported
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    allowed = {module for module in modules if module.startswith(tuple(MODULES_OF_DEVICE))}
    assert modules == allowed
    if modules - {"__future__"}:
        assert "__future__" in modules  # without it, Python 3.7 evaluates annotations such as list[int] and fails


def test_grammar_and_library_are_those_of_python_3_7(tmp_path: Path) -> None:
    """No registry has a Python 3.7. vermin knows in which version each part of the language and library came."""
    release.pack(tmp_path)
    with zipfile.ZipFile(tmp_path / "homeward-deeplens.zip") as file:
        file.extractall(tmp_path / "function")
    check = [str(Path(sys.executable).with_name("vermin")), "--target=3.7-", "--no-tips", "--violations"]
    found = subprocess.run([*check, str(tmp_path / "function")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    (tmp_path / "function" / "later.py").write_text("import functools\nfunctools.cached_property\n")
    assert subprocess.run([*check, str(tmp_path / "function")], capture_output=True, check=False).returncode == 1


def test_handler_of_the_installation_guide_is_in_the_archive(tmp_path: Path) -> None:
    guide = (EDGE.parent / "docs" / "camera-installer" / "README.md").read_text()
    assert f"`{HANDLER}`" in guide
    module, _, function = HANDLER.partition(".")
    release.pack(tmp_path)
    with zipfile.ZipFile(tmp_path / "homeward-deeplens.zip") as file:
        source = file.read(f"{module}.py").decode()
    assert f"def {function}(event: Any, context: Any)" in source
    assert f'run(version="{version()}")' in source


def test_camera_module_is_imported_before_opencv() -> None:
    source = (EDGE / "deeplens" / "inference.py").read_text()
    assert source.index("import awscam") < source.index("import cv2")
