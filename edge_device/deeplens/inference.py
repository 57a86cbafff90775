"""The inference function for AWS DeepLens: a long-lived (pinned) Lambda function of Greengrass v1.

Greengrass imports this module and never calls the handler; the loop at the end of the module is the program.
Environment: AWS_IOT_THING_NAME (set by Greengrass), HOMEWARD_ENVIRONMENT (such as springfield-prod), HOMEWARD_MODEL
(the project's model), HOMEWARD_VERSION.
"""

from __future__ import annotations

import collections
import logging
import os
import time
from typing import Any

import awscam  # type: ignore[import-not-found]  # before cv2: it loads the OpenCV that the device's drivers need
import cv2
import greengrasssdk  # type: ignore[import-not-found]
import mo  # type: ignore[import-not-found]

from edge_device.core.face import Frame
from edge_device.core.message import FaceShot, encode_message, face_message
from edge_device.core.passers_by import PassersBy
from edge_device.core.topics import LEGACY_ENVIRONMENT, Topics
from edge_device.deeplens.project_stream import ProjectStream
from edge_device.deeplens.ssd_detector import SsdDetector

log = logging.getLogger(__name__)

_MAX_WAITING = 200  # messages that Greengrass has not accepted yet; it stores those that it accepted
_SIDE_PX = 300


def function_handler(event: Any, context: Any) -> None:
    """Do nothing: Greengrass requires a handler, but never calls it."""


class DeepLens:
    """Connects the device's camera and model, the core, and Greengrass."""

    def __init__(self) -> None:
        environment = os.environ.get("HOMEWARD_ENVIRONMENT", LEGACY_ENVIRONMENT)
        self._topics = Topics(os.environ["AWS_IOT_THING_NAME"], environment)
        self._version = os.environ.get("HOMEWARD_VERSION", "unknown")
        self._detector = SsdDetector(awscam.Model(_optimized_model(), {"GPU": 1}))
        self._greengrass = greengrasssdk.client("iot-data")
        self._passers_by = PassersBy()
        self._waiting: collections.deque[str | bytes] = collections.deque(maxlen=_MAX_WAITING)
        self._sequence = 0
        self._stream = ProjectStream()
        self._stream.start()

    def process_frame(self) -> None:
        """Read one frame, queue its shots, and send the waiting messages."""
        readable, image = awscam.getLastFrame()
        if not readable:
            time.sleep(0.05)
            return
        frame = Frame(image, at_s=time.monotonic(), captured_at=time.time(), clock_synced=True)
        faces = self._detector.detect(image)
        for shot in self._passers_by.see(frame, faces):
            self._waiting.append(self._message(shot))
        self._stream.show(image, [face.box for face in faces])
        self._send()

    def _message(self, shot: FaceShot) -> bytes:
        self._sequence += 1
        return encode_message(
            face_message(
                shot,
                camera=self._topics.thing,
                sequence=self._sequence,
                model=self._detector.model,
                edge_version=self._version,
            )
        )

    def _send(self) -> None:
        while self._waiting:
            try:
                self._greengrass.publish(topic=self._topics.faces, payload=self._waiting[0])
            except Exception:
                log.exception("Greengrass did not accept a capture, will retry with the next frame")
                return
            self._waiting.popleft()


def _optimized_model() -> str:
    """Convert the model for the device's GPU; returns its path. The first conversion takes minutes."""
    error, path = mo.optimize(os.environ.get("HOMEWARD_MODEL", "deploy_ssd_resnet50_300"), _SIDE_PX, _SIDE_PX)
    if error:
        raise RuntimeError(f"cannot optimize the model (mo error {error}). Deploy it with the DeepLens project")
    return str(path)


def run() -> None:
    """Process frames without end. Log and skip a frame that fails, because nothing restarts this function."""
    cv2.setNumThreads(1)
    deeplens = DeepLens()
    while True:
        try:
            deeplens.process_frame()
        except Exception:  # noqa: PERF203 - keeps the loop running
            log.exception("skipped a frame that failed")
            time.sleep(1)


run()
