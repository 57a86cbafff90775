"""Regions in which faces may be captured, and masks that are blacked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_device.core.face import Frame
    from edge_device.core.geometry import Box

    Polygon = tuple[tuple[float, float], ...]


@dataclass
class Zones:
    """Polygons whose corners are fractions (0-1) of the frame's width and height, so that they fit any resolution.

    If there are `regions`, a face is captured only if its center is in one of them. `masks` are blacked out before
    anything else.
    """

    regions: tuple[Polygon, ...] = ()
    masks: tuple[Polygon, ...] = ()
    _sizes: dict[tuple[int, int], NDArray[np.bool_]] = field(default_factory=dict, init=False, repr=False)

    def black_out(self, image: NDArray[np.uint8]) -> None:
        """Black out the masks, in place."""
        if self.masks:
            height, width = image.shape[:2]
            if (width, height) not in self._sizes:
                drawn = np.zeros((height, width), np.uint8)
                for mask in self.masks:
                    cv2.fillPoly(drawn, [_corners(mask, width, height)], 1)
                self._sizes[width, height] = drawn.astype(np.bool_)
            image[self._sizes[width, height]] = 0

    def admits(self, frame: Frame, face: Box) -> bool:
        """Whether a face may be captured at this position."""
        width, height = frame.size
        center = (face.x + face.width / 2, face.y + face.height / 2)
        corners = (_corners(region, width, height) for region in self.regions)
        return not self.regions or any(
            cv2.pointPolygonTest(region, center, measureDist=False) >= 0 for region in corners
        )


def _corners(polygon: Polygon, width: int, height: int) -> NDArray[np.int32]:
    return np.rint(np.array(polygon) * (width, height)).astype(np.int32)
