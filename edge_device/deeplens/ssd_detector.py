"""Runs the DeepLens face model, an SSD of 300x300 pixels, on the device's GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

from edge_device.core.face import Face
from edge_device.core.geometry import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE_PX = 300
_FACE_LABELS = ("1", "face")  # a number or text, depending on the device's software version


class SsdDetector:
    """Detects faces with an `awscam.Model`, and ignores those below `min_score`."""

    model = "deeplens-ssd-300"

    def __init__(self, model: Any, min_score: float = 0.5) -> None:
        self._model, self._min_score = model, min_score

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find all faces of a BGR image. Boxes are in its pixels. An SSD gives no points, so frontality is unknown."""
        height, width = image.shape[:2]
        raw = self._model.doInference(cv2.resize(image, (_SIDE_PX, _SIDE_PX)))
        detections = self._model.parseResult("ssd", raw)["ssd"]
        return [
            Face(_box(detection, width / _SIDE_PX, height / _SIDE_PX), float(detection["prob"]))
            for detection in detections
            if str(detection["label"]) in _FACE_LABELS and detection["prob"] >= self._min_score
        ]


def _box(detection: dict[str, Any], scale_x: float, scale_y: float) -> Box:
    x, y = detection["xmin"] * scale_x, detection["ymin"] * scale_y
    return Box(x, y, detection["xmax"] * scale_x - x, detection["ymax"] * scale_y - y)
