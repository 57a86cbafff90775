"""A camera's frame, and a face that a detector found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_device.core.geometry import Box


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a camera.

    `image` is BGR. `at_s` is monotonic, in seconds (for a file: the time in the video). `captured_at` is the epoch time
    in seconds, which may jump. `is_repeat` tells that the image is that of the frame before.
    """

    image: NDArray[np.uint8]
    at_s: float
    captured_at: float
    clock_synced: bool = False
    is_repeat: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.image.shape[:2]
        return int(width), int(height)


@dataclass(frozen=True, eq=False)
class Face:
    """A detected face: its box in pixels of the frame, and a confidence from 0 to 1.

    `points` are the right eye, left eye, tip of the nose and both corners of the mouth; empty if the detector has none.
    """

    box: Box
    confidence: float
    points: tuple[tuple[float, float], ...] = ()


def pixels(image: NDArray[Any], box: Box) -> NDArray[Any]:
    """The part of an image inside a box, clipped to the image. A view, not a copy."""
    height, width = image.shape[:2]
    left, top = max(0, round(box.x)), max(0, round(box.y))
    return image[top : max(top, min(height, round(box.bottom))), left : max(left, min(width, round(box.right)))]
