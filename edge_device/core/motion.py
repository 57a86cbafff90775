"""Detects motion, so that the detector can pause while nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_device.core.face import Frame

_GRID = (48, 27)  # cells to compare: a face of 48 pixels in a frame of 1280 covers at least one
_STEP = 5  # pixels: reading every fifth row and column is enough for the mean of a cell


@dataclass
class MotionGate:
    """Opens while something moves and for `rest_after_s` after; otherwise once every `look_every_s`.

    Motion is a cell whose brightness differs by more than `sensitivity` gray levels (0-255) from a second ago.
    """

    sensitivity: float = 6.0
    rest_after_s: float = 1.0
    look_every_s: float = 1.0
    _background: NDArray[np.float32] | None = None
    _moved_at_s: float = float("-inf")
    _looked_at_s: float = float("-inf")
    _seen_at_s: float = 0.0

    def opens(self, frame: Frame) -> bool:
        """Whether to run the detector on this frame."""
        if self._has_changed(frame):
            self._moved_at_s = frame.at_s
        if frame.at_s - self._moved_at_s <= self.rest_after_s or frame.at_s - self._looked_at_s >= self.look_every_s:
            self._looked_at_s = frame.at_s
            return True
        return False

    def _has_changed(self, frame: Frame) -> bool:
        sample = np.ascontiguousarray(frame.image[::_STEP, ::_STEP, 1])  # green is most of brightness
        cells = cv2.resize(sample, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._background is None or self._background.shape != cells.shape:
            self._background = cells
            return True
        difference = cells - self._background
        # A change that all cells share is the light or the exposure, not motion.
        changed = np.abs(difference - np.median(difference)).max() > self.sensitivity
        # The background adapts to slow changes within about a second.
        weight = min(1.0, max(0.0, frame.at_s - self._seen_at_s))
        self._background += difference * np.float32(weight)
        self._seen_at_s = frame.at_s
        return bool(changed)
