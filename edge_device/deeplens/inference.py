"""The program of the inference function for AWS DeepLens. `homeward_deeplens.py` starts it.

Environment: AWS_IOT_THING_NAME (set by Greengrass), HOMEWARD_ENVIRONMENT (such as springfield-prod), HOMEWARD_MODEL
(path of the model's artifact), HOMEWARD_OPTIMIZE (name of a model to convert instead, such as deploy_ssd_resnet50_300).
"""

from __future__ import annotations

import collections
import logging
import os
import time

import awscam  # type: ignore[import-not-found]  # before cv2: it loads the OpenCV that the device's drivers need
import cv2
import greengrasssdk  # type: ignore[import-not-found]

from edge_device.core.face import Frame
from edge_device.core.message import FaceShot, encode_message, face_message
from edge_device.core.passers_by import PassersBy
from edge_device.core.topics import LEGACY_ENVIRONMENT, Topics
from edge_device.deeplens.project_stream import ProjectStream
from edge_device.deeplens.ssd_detector import SsdDetector

log = logging.getLogger(__name__)

_MAX_WAITING = 200  # messages that Greengrass has not accepted yet; it stores those that it accepted
_SIDE_PX = 300
# The face model that AWS installs on every device, already converted for its GPU.
_STOCK_MODEL = "/opt/awscam/artifacts/mxnet_deploy_ssd_FP16_FUSED.xml"


class DeepLens:
    """Connects the device's camera and model, the core, and Greengrass."""

    def __init__(self, version: str) -> None:
        environment = os.environ.get("HOMEWARD_ENVIRONMENT", LEGACY_ENVIRONMENT)
        self._topics = Topics(os.environ["AWS_IOT_THING_NAME"], environment)
        self._version = version
        self._detector = SsdDetector(awscam.Model(_model(), {"GPU": 1}))
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


def _model() -> str:
    """Return the path of the model. If a model is to be converted, the first conversion takes minutes."""
    name = os.environ.get("HOMEWARD_OPTIMIZE")
    if not name:
        return os.environ.get("HOMEWARD_MODEL", _STOCK_MODEL)
    import mo  # type: ignore[import-not-found]  # noqa: PLC0415 - not needed for the stock model

    error, path = mo.optimize(name, _SIDE_PX, _SIDE_PX)
    if error:
        raise RuntimeError(f"cannot optimize {name} (mo error {error}). Deploy it with the DeepLens project")
    return str(path)


def run(version: str) -> None:
    """Process frames without end. Log and skip a frame that fails, because nothing restarts this function."""
    cv2.setNumThreads(1)
    deeplens = DeepLens(version)
    while True:
        try:
            deeplens.process_frame()
        except Exception:  # noqa: PERF203 - keeps the loop running
            log.exception("skipped a frame that failed")
            time.sleep(1)
