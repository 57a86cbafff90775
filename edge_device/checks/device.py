"""Checks of the device: camera, detector, clock, outbox."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.checks.result import CheckResult
from edge_device.wiring import build_camera, build_detector, build_outbox
from edge_device.wording.counts import counted
from edge_device.wording.system import os_error_in_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_device.settings import Settings

_CAMERA_TIMEOUT_S = 20.0
_DARK_LEVEL = 12  # mean gray level (0-255)
_SLOW_MS = 150


def check_camera(settings: Settings) -> tuple[NDArray[np.uint8] | None, CheckResult]:
    """Read a frame; returns it for the detector's check."""
    started = time.monotonic()
    try:
        frame = next(frame for frame in build_camera(settings, timeout_s=_CAMERA_TIMEOUT_S).frames() if frame)
    except (CameraError, StopIteration) as error:
        return None, CheckResult("camera", "failed", str(error) or "it gave no frame")
    width, height = frame.size
    finding = f"{width} x {height} pixels after {time.monotonic() - started:.1f} s"
    if frame.image.mean() < _DARK_LEVEL:
        return frame.image, CheckResult(
            "camera", "warning", f"{finding}, almost black", "uncover the lens, or turn on the light"
        )
    return frame.image, CheckResult("camera", "ok", finding)


def check_detector(settings: Settings, image: NDArray[np.uint8]) -> CheckResult:
    """Time the detector on a frame."""
    try:
        detector = build_detector(settings)
    except ValueError as error:
        return CheckResult("detector", "failed", str(error))
    detector.detect(image)  # warm up
    started = time.perf_counter()
    faces = detector.detect(image)
    milliseconds = 1000 * (time.perf_counter() - started)
    finding = f"{detector.model}: {milliseconds:.0f} ms per frame, {counted(len(faces), 'face')} in this one"
    if milliseconds > _SLOW_MS:
        return CheckResult("detector", "warning", finding, "less than 7 frames per second: lower detection.width_px")
    return CheckResult("detector", "ok", finding)


def check_clock() -> CheckResult:
    """Check that a time service keeps the clock right."""
    if clock.is_synced():
        return CheckResult("clock", "ok", "synchronized by a time service")
    advice = "run `timedatectl set-ntp true` or install chrony; until then the cloud uses the time of receipt"
    if not sys.platform.startswith("linux"):
        advice = "this system does not tell; if the clock is right, set trust_clock = true"
    return CheckResult("clock", "warning", "not synchronized by a time service", advice)


def check_outbox(settings: Settings) -> CheckResult:
    """Open the outbox and check the free disk space."""
    try:
        with build_outbox(settings) as outbox:
            waiting, free_mb = len(outbox), shutil.disk_usage(outbox.path.parent).free / 1e6
    except OSError as error:
        advice = "run as the user homeward-edge, or set outbox.path to a folder that you can write to"
        return CheckResult("outbox", "failed", os_error_in_words(error), advice)
    finding = f"{counted(waiting, 'message')} waiting, {free_mb:.0f} MB free"
    if free_mb < settings.outbox.max_mb:
        advice = f"free some disk space: outbox.max_mb is {settings.outbox.max_mb:.0f}"
        return CheckResult("outbox", "warning", finding, advice)
    return CheckResult("outbox", "ok", finding)
