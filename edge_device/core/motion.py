"""Tells an empty corridor from one in which something moves, so that the detector can rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_device.core.face import Frame

_GRID = (48, 27)  # cells in which brightness is compared: a face of 48 pixels in 1280 covers at least one
_STEP = 5  # only every fifth pixel of a row and column is read: it is the cells' mean that counts


@dataclass
class MotionGate:
    """Says which frames are worth a look: something moved in the last `rest_after_s`, or `look_every_s` have passed.

    A cell has changed when its brightness is more than `sensitivity` grey levels (0-255) from what it was a second ago.
    """

    sensitivity: float = 6.0
    rest_after_s: float = 1.0
    look_every_s: float = 1.0
    _usual: NDArray[np.float32] | None = None
    _moved_at_s: float = float("-inf")
    _looked_at_s: float = float("-inf")
    _seen_at_s: float = 0.0

    def opens(self, frame: Frame) -> bool:
        """Whether the detector should look at this frame."""
        if self._has_changed(frame):
            self._moved_at_s = frame.at_s
        if frame.at_s - self._moved_at_s <= self.rest_after_s or frame.at_s - self._looked_at_s >= self.look_every_s:
            self._looked_at_s = frame.at_s
            return True
        return False

    def _has_changed(self, frame: Frame) -> bool:
        sample = np.ascontiguousarray(frame.image[::_STEP, ::_STEP, 1])  # green is most of brightness
        cells = cv2.resize(sample, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._usual is None or self._usual.shape != cells.shape:
            self._usual = cells
            return True
        difference = cells - self._usual
        # What all cells have in common is the light, or the camera's exposure, and no movement.
        changed = np.abs(difference - np.median(difference)).max() > self.sensitivity
        # The picture follows slow changes (clouds, exposure) within about a second.
        weight = min(1.0, max(0.0, frame.at_s - self._seen_at_s))
        self._usual += difference * np.float32(weight)
        self._seen_at_s = frame.at_s
        return bool(changed)
