"""Draws the newest frame with its boxes as JPEG for all viewers, outside of the capture loop."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.drawing import draw_box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_device.core.face import Face, Frame
    from edge_device.core.tracks import Track


class LivePicture(threading.Thread):
    """A thread that draws and encodes frames while there are viewers."""

    def __init__(self, *, width_px: int, min_px: float) -> None:
        super().__init__(name="live-picture", daemon=True)
        self._width_px, self._min_px = width_px, min_px
        self._changed = threading.Condition()
        self._shown: tuple[Frame, list[tuple[Track, Face]]] | None = None
        self._jpeg = b""
        self._number = 0
        self._viewers = 0

    def show(self, frame: Frame, seen: list[tuple[Track, Face]]) -> None:
        """Set the next frame to draw, replacing one that is not drawn yet. Returns immediately."""
        if self._viewers:
            with self._changed:
                self._shown = (frame, seen)
                self._changed.notify_all()

    @contextmanager
    def watch(self) -> Iterator[int]:
        """Count a viewer for the duration of the block; yields the number of viewers."""
        try:
            yield self._count_viewers(1)
        finally:
            self._count_viewers(-1)

    def next_after(self, number: int, *, timeout_s: float) -> tuple[int, bytes] | None:
        """Wait for a picture later than `number`; returns its number and JPEG, or None on timeout."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._number > number, timeout_s):
                return None
            return self._number, self._jpeg

    def run(self) -> None:
        """Draw without end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._shown is not None)
                shown, self._shown = self._shown, None
            if shown:
                jpeg = self._draw(*shown)
                with self._changed:
                    self._jpeg, self._number = jpeg, self._number + 1
                    self._changed.notify_all()

    def _draw(self, frame: Frame, seen: list[tuple[Track, Face]]) -> bytes:
        factor = min(1.0, self._width_px / frame.size[0])
        small = cv2.resize(frame.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        picture = np.ascontiguousarray(small, np.uint8)
        for track, face in seen:
            label = f"{track.id[:4]} {face.confidence:.2f}"
            draw_box(picture, face.box.scaled(factor), label, good=face.box.height >= self._min_px)
        return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()

    def _count_viewers(self, change: int) -> int:
        with self._changed:
            self._viewers += change
            return self._viewers
