"""The Lambda function of the DeepLens: long-lived, pinned, without a timeout.

Greengrass v1 imports the module and never calls the handler: the endless loop at the module's end is the program.
Environment: AWS_IOT_THING_NAME (set by Greengrass), HOMEWARD_MODEL (the project's model), HOMEWARD_VERSION.
"""

from __future__ import annotations

import collections
import logging
import os
import time
from typing import Any

import awscam  # type: ignore[import-not-found]  # first: it brings the OpenCV that the device's drivers were built with
import cv2
import greengrasssdk  # type: ignore[import-not-found]
import mo  # type: ignore[import-not-found]

from edge_device.core.face import Frame
from edge_device.core.message import FaceShot, encode_message, face_message, faces_topic
from edge_device.core.passers_by import PassersBy
from edge_device.deeplens.project_stream import ProjectStream
from edge_device.deeplens.ssd_detector import SsdDetector

log = logging.getLogger(__name__)

_MOST_WAITING = 200  # messages, while Greengrass takes none; it keeps those it took until the cloud has them
_SIDE_PX = 300


def function_handler(event: Any, context: Any) -> None:
    """Greengrass wants a handler; nothing calls it."""


class DeepLens:
    """The camera, the core, and Greengrass' way out."""

    def __init__(self) -> None:
        self._thing = os.environ["AWS_IOT_THING_NAME"]
        self._version = os.environ.get("HOMEWARD_VERSION", "unknown")
        self._detector = SsdDetector(awscam.Model(_optimised_model(), {"GPU": 1}))
        self._greengrass = greengrasssdk.client("iot-data")
        self._passers_by = PassersBy()
        self._waiting: collections.deque[str | bytes] = collections.deque(maxlen=_MOST_WAITING)
        self._sequence = 0
        self._stream = ProjectStream()
        self._stream.start()

    def look_once(self) -> None:
        """One frame: find the faces, queue the shots, send what waits."""
        there, image = awscam.getLastFrame()
        if not there:
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
                camera=self._thing,
                sequence=self._sequence,
                model=self._detector.model,
                edge_version=self._version,
            )
        )

    def _send(self) -> None:
        while self._waiting:
            try:
                self._greengrass.publish(topic=faces_topic(self._thing), payload=self._waiting[0])
            except Exception:
                log.exception("Greengrass did not take a capture, it is offered again with the next frame")
                return
            self._waiting.popleft()


def _optimised_model() -> str:
    """The model as the device's GPU needs it; made at the first start, which takes some minutes."""
    error, path = mo.optimize(os.environ.get("HOMEWARD_MODEL", "deploy_ssd_resnet50_300"), _SIDE_PX, _SIDE_PX)
    if error:
        raise RuntimeError(f"the model could not be optimised (mo error {error}): is it deployed with the project?")
    return str(path)


def run() -> None:
    """For ever; a frame that fails is logged and left out, since nobody restarts this function."""
    cv2.setNumThreads(1)
    deeplens = DeepLens()
    while True:
        try:
            deeplens.look_once()
        except Exception:  # noqa: PERF203 - it is what keeps the loop alive
            log.exception("a frame failed")
            time.sleep(1)


run()
