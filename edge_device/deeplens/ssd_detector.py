"""The DeepLens' face model, a 300x300 SSD that runs on its GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

from edge_device.core.face import Face
from edge_device.core.geometry import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE_PX = 300
_FACE_LABELS = ("1", "face")  # the device's software gives the label as a number or as text, by its version


class SsdDetector:
    """`model` is an `awscam.Model`; only its findings of at least `min_score` count."""

    model = "deeplens-ssd-300"

    def __init__(self, model: Any, min_score: float = 0.5) -> None:
        self._model, self._min_score = model, min_score

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """All faces of a BGR image, in its pixels. An SSD gives no points, so their frontality is not known."""
        height, width = image.shape[:2]
        raw = self._model.doInference(cv2.resize(image, (_SIDE_PX, _SIDE_PX)))
        findings = self._model.parseResult("ssd", raw)["ssd"]
        return [
            Face(_box(finding, width / _SIDE_PX, height / _SIDE_PX), float(finding["prob"]))
            for finding in findings
            if str(finding["label"]) in _FACE_LABELS and finding["prob"] >= self._min_score
        ]


def _box(finding: dict[str, Any], scale_x: float, scale_y: float) -> Box:
    x, y = finding["xmin"] * scale_x, finding["ymin"] * scale_y
    return Box(x, y, finding["xmax"] * scale_x - x, finding["ymax"] * scale_y - y)
