"""The demo's camera: an IoT thing with its certificate, and the camera program that reads a video or a webcam."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from homeward.fleet.registration import register_camera
from homeward.fleet.revocation import camera_exists
from lambdas.common.things import thing_name
from local_cloud.paths import ROOT
from local_cloud.video.render import render_walk_past

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud

CAMERA = "cam-01"
SITE = "North Station, main hall"
WEBCAM_SECONDS = 20


_VIDEO_SECONDS = 600


class CameraFailedError(RuntimeError):
    """The camera program failed. The text is the end of its log."""


def walk_past_video(stills: Sequence[Path], cache: Path) -> Path:
    """Render a video of people walking past one after another. Cached by the pictures' hash."""
    digest = hashlib.sha256(b"".join(still.read_bytes() for still in stills)).hexdigest()[:16]
    video = cache / f"walk_past_{digest}.mp4"
    if not video.with_suffix(".json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        render_walk_past(stills, video)
    return video


def run_camera(
    cloud: Cloud, deployment: Deployment, *, source: str, folder: Path, while_running: Callable[[], None]
) -> dict[str, Any]:
    """Register the camera unless it is, run it until the source ends, and return the camera program's report.

    Raises:
        CameraFailedError: The camera program failed.
    """
    certificate, key = folder / "camera.crt", folder / "camera.key"
    if camera_exists(deployment, CAMERA) and key.exists():
        thing = thing_name(deployment.stage, CAMERA)
        for file in folder.glob("outbox.db*"):
            file.unlink()
    else:
        # Delete the key and the outbox of an earlier demo.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        thing = register_camera(deployment, CAMERA, site=SITE, certificate=certificate, key=key)
    identity = ["--camera", thing, "--cert", str(certificate), "--key", str(key), "--ca", str(cloud.iot_ca)]
    broker = ["--endpoint", "localhost", "--port", str(cloud.settings.mqtt_port)]
    local = ["--source", source, "--outbox", str(folder / "outbox.db"), "--trust-clock", "--json"]
    command = [sys.executable, "-m", "edge_device", "run", *identity, *broker, *local]
    with (folder / "camera.log").open("w") as log:
        # A webcam does not end. On SIGTERM the program sends its outbox and prints its report.
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT)  # noqa: S603  (our own program)
        try:
            _wait(process, WEBCAM_SECONDS if source.isdigit() else _VIDEO_SECONDS, while_running)
            process.terminate()
            answer, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    if process.returncode != 0:
        raise CameraFailedError((folder / "camera.log").read_text()[-2000:])
    report: dict[str, Any] = json.loads(answer)
    return report


def _wait(process: subprocess.Popen[str], seconds: float, while_running: Callable[[], None]) -> None:
    """Wait for the end of the camera program, which a webcam does not reach by itself."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        while_running()
        time.sleep(0.1)
