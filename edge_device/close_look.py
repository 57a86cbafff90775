"""Looks for faces at a picture's own resolution: in the whole picture first, then in ever finer tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.core.face import Face
from edge_device.core.geometry import Box, intersection_over_union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edge_device.detector import Detector

TILE_PX = 1280  # for programs that need not keep up with a camera
RECORDING_SCALE = 0.5
_OVERLAP_PX = 96  # of neighboring tiles: the coarser look has found every larger face
_SAME_FACE = 0.3  # overlap of two boxes
_SURE = 0.8


@dataclass
class CloseLook:
    """A detector for still pictures and recordings, which may be much larger than a live camera's frames.

    The detector sees pieces of at most `tile_px` on each side: the whole picture scaled down, then tiles at twice that
    resolution, and so on up to `scale` times the picture's own. A recording needs only half of it: YuNet finds all
    faces of 24 pixels, and a capture has 48.
    """

    detector: Detector
    tile_px: int
    scale: float = 1.0
    model: str = field(init=False)

    def __post_init__(self) -> None:
        self.model = self.detector.model

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find all faces of a BGR image. Boxes are in its pixels."""
        factor = min(1.0, self.tile_px / max(image.shape[:2]))
        found = list(self._at(image, factor))
        while factor < self.scale:
            factor = min(2 * factor, self.scale)
            found += self._at(image, factor)
        return _distinct(found)

    def _at(self, image: NDArray[np.uint8], factor: float) -> Iterator[Face]:
        """Detect in tiles of the picture scaled by `factor`. A face that an inner edge cuts is in the next tile."""
        scaled = image
        if factor < 1:
            scaled = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = scaled.shape[:2]
        for top in _starts(height, self.tile_px):
            for left in _starts(width, self.tile_px):
                tile = scaled[top : top + self.tile_px, left : left + self.tile_px]
                for face in self.detector.detect(tile):
                    moved = face.box.moved(left, top)
                    is_whole = (
                        (face.box.x > 0 or left == 0)
                        and (face.box.y > 0 or top == 0)
                        and (moved.right < left + tile.shape[1] or left + tile.shape[1] >= width)
                        and (moved.bottom < top + tile.shape[0] or top + tile.shape[0] >= height)
                    )
                    if is_whole:
                        points = tuple(((x + left) / factor, (y + top) / factor) for x, y in face.points)
                        yield Face(moved.scaled(1 / factor), face.confidence, points)


def _starts(length: int, tile: int) -> list[int]:
    """Return where tiles begin that cover a length, neighbors overlapping."""
    step = tile - _OVERLAP_PX
    count = max(1, math.ceil((length - _OVERLAP_PX) / step))
    return [max(0, min(number * step, length - tile)) for number in range(count)]


def _distinct(faces: list[Face]) -> list[Face]:
    """Keep the surest of the boxes of one face, and nothing that a closer look takes for a face within a face."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda each: -each.confidence):
        if all(intersection_over_union(face.box, other.box) < _SAME_FACE for other in kept):
            kept.append(face)
    return [face for face in kept if not any(_is_part(face.box, other) for other in kept if other is not face)]


def _is_part(box: Box, other: Face) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    inside = other.box.x < x < other.box.right and other.box.y < y < other.box.bottom
    return inside and other.confidence >= _SURE and other.box.area > 4 * box.area
