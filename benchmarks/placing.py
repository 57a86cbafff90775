"""Measures how large a face must be for the camera program, and tabulates at which distance it is that large.

    .venv/bin/python -m benchmarks.placing

The detector sees a frame scaled down to `detection.width_px`. Portraits are scaled into frames of that width, one face
a frame, and counted as found above the confidence that the cloud's rule wants. The distance follows from the camera's
horizontal field of view. Writes build/bench/placing.json.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import write_figures
from edge_device.detector import YuNet
from edge_device.settings import FaceSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PORTRAITS = Path(__file__).parents[1] / "node_modules" / "tabler-ui" / "src" / "demo" / "faces"
_WIDTHS = (640, 1280)
_HEIGHTS_PX = (12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64)
_FIELDS_OF_VIEW = {40: "narrow lens", 60: "webcam", 90: "wide webcam, dome", 110: "wide dome"}
_FACE_M = 0.2  # the detector's box, from the chin to the hairline


def main() -> None:
    """Measure, print the two tables, and write the figures."""
    faces = [face for path in sorted(_PORTRAITS.rglob("*.jpg")) if (face := _cut_out(path)) is not None]
    detector = YuNet(min_score=FaceSettings().min_confidence)
    recalls = {height: sum(_is_found(detector, face, height) for face in faces) / len(faces) for height in _HEIGHTS_PX}
    console = Console()
    table = Table("face, as the detector sees it", "found in one frame", title=f"{len(faces)} portraits")
    for height, recall in recalls.items():
        table.add_row(f"{height} px", f"{recall:.0%}")
    console.print(table)
    half, most = (next(height for height in _HEIGHTS_PX if recalls[height] >= share) for share in (0.5, 0.9))
    distances = {
        f"{angle}": {f"{width}": [round(distance_m(px, width, angle), 1) for px in (most, half)] for width in _WIDTHS}
        for angle in _FIELDS_OF_VIEW
    }
    table = Table("field of view", *(f"width_px = {width}: 90 %, 50 % found" for width in _WIDTHS))
    for angle, kind in _FIELDS_OF_VIEW.items():
        cells = ("{} m, {} m".format(*distances[f"{angle}"][f"{width}"]) for width in _WIDTHS)
        table.add_row(f"{angle}° ({kind})", *cells)
    console.print(table)
    write_figures("placing", {"recall_by_height_px": recalls, "distances_m": distances})


def distance_m(height_px: float, width_px: int, field_of_view: float) -> float:
    """Return the distance at which a face has this height in a picture of this width."""
    return _FACE_M * width_px / (2 * math.tan(math.radians(field_of_view / 2)) * height_px)


def _cut_out(path: Path) -> tuple[NDArray[np.uint8], float] | None:
    """Return a portrait and the height of its face; None if the detector finds no sure face in it."""
    image = np.asarray(cv2.imread(str(path)), np.uint8)
    found = YuNet(width_px=4096, min_score=FaceSettings().min_confidence).detect(image)
    return (image, found[0].box.height) if found else None


def _is_found(detector: YuNet, face: tuple[NDArray[np.uint8], float], height_px: int) -> bool:
    image, own_height = face
    factor = height_px / own_height
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=kind)
    frame = np.full((640, 640, 3), 110, np.uint8)
    frame[100 : 100 + small.shape[0], 200 : 200 + small.shape[1]] = small
    return bool(detector.detect(frame))


if __name__ == "__main__":
    main()
