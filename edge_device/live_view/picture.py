"""The newest picture with its boxes, as JPEG, for however many viewers; the camera's loop only leaves a frame here."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.drawing import draw_box

if TYPE_CHECKING:
    from edge_device.core.face import Face, Frame
    from edge_device.core.tracks import Track


class LivePicture(threading.Thread):
    """Draws and encodes in a thread of its own, and only while somebody looks."""

    def __init__(self, *, width_px: int, min_px: float) -> None:
        super().__init__(name="live-picture", daemon=True)
        self._width_px, self._min_px = width_px, min_px
        self._changed = threading.Condition()
        self._shown: tuple[Frame, list[tuple[Track, Face]]] | None = None
        self._jpeg = b""
        self._number = 0
        self._viewers = 0

    def show(self, frame: Frame, seen: list[tuple[Track, Face]]) -> None:
        """Leave a frame; one that nobody has drawn yet is replaced. Takes no time."""
        if self._viewers:
            with self._changed:
                self._shown = (frame, seen)
                self._changed.notify_all()

    def watch(self) -> Watching:
        """A viewer, from `with` on."""
        return Watching(self)

    def next_after(self, number: int, *, timeout_s: float) -> tuple[int, bytes] | None:
        """The newest picture later than `number`, with its own number; None if none came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._number > number, timeout_s):
                return None
            return self._number, self._jpeg

    def run(self) -> None:
        """For ever: draw what was left last."""
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

    def count_viewer(self, change: int) -> int:
        """Count one more or one less; returns how many there are now."""
        with self._changed:
            self._viewers += change
            return self._viewers


class Watching:
    """Counts a viewer while it looks."""

    def __init__(self, picture: LivePicture) -> None:
        self._picture = picture

    def __enter__(self) -> int:
        return self._picture.count_viewer(1)

    def __exit__(self, *_: object) -> None:
        self._picture.count_viewer(-1)
