"""The camera program where Linux's own calls are missing, as on macOS: each test takes one of them away."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edge_device import clock
from edge_device.cameras import capture_child
from edge_device.cameras.live import LiveCamera
from edge_device.cameras.local_cameras import LocalCamera, local_cameras
from edge_device.remote import device_state

if TYPE_CHECKING:
    import pytest


class NoLinux:
    """A C library without the calls of Linux."""

    def __init__(self, _: object) -> None:
        pass


def test_steady_time_needs_no_boottime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    before = clock.steady_s()
    assert 0 < before <= clock.steady_s()


def test_clock_is_not_trusted_where_the_kernel_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", NoLinux)
    assert not clock.is_synced()
    capture_child.end_with_parent()


def test_memory_is_counted_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_state, "Path", lambda path: Path("/nowhere") / path.lstrip("/"))
    assert device_state.device_state()["temperature_c"] is None


def test_live_camera_needs_no_memory_files_of_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    video = str(tmp_path / "one.avi")
    writer = cv2.VideoWriter(video, cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for _ in range(5):
        writer.write(np.full((48, 64, 3), 200, np.uint8))
    writer.release()
    frame = next(frame for frame in LiveCamera(f"file://{video}", stale_s=60).frames() if frame)
    assert frame.size == (64, 48)


def test_webcam_is_opened_by_the_systems_own_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(cv2, "VideoCapture", lambda *arguments: opened.append(arguments))
    for platform in ("linux", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        capture_child.open_capture("0")
    assert opened == [(0, cv2.CAP_V4L2), (0, cv2.CAP_ANY)]
    assert local_cameras() == [LocalCamera("0", "the first camera")]
