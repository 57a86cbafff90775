"""The DeepLens project stream: JPEGs in a FIFO. `mplayer /tmp/results.mjpeg` shows them on the device's screen."""

from __future__ import annotations

import errno
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_device.core.geometry import Box


class ProjectStream(threading.Thread):
    """A thread that writes the newest picture. It skips pictures while there is no reader, or a slow one."""

    def __init__(self, path: str = "/tmp/results.mjpeg") -> None:  # noqa: S108 - the path that DeepLens viewers read
        super().__init__(name="project-stream", daemon=True)
        self._path = path
        self._newest: bytes | None = None
        self._changed = threading.Condition()

    def show(self, image: NDArray[np.uint8], boxes: list[Box]) -> None:
        """Draw the boxes into a small copy, and make it the newest picture."""
        factor = 480 / image.shape[0]
        small = cv2.resize(image, None, fx=factor, fy=factor)
        for box in boxes:
            x, y, width, height = box.scaled(factor).to_ints()
            cv2.rectangle(small, (x, y), (x + width, y + height), (90, 200, 90), 2)
        jpeg = cv2.imencode(".jpg", small)[1].tobytes()
        with self._changed:
            self._newest = jpeg
            self._changed.notify()

    def run(self) -> None:
        """Write to one reader after another, without end."""
        while True:
            descriptor = self._open_for_reader()
            try:
                while True:
                    self._write(descriptor, self._next())
            except BrokenPipeError:
                pass  # the reader left: wait for the next one
            finally:
                os.close(descriptor)

    def _open_for_reader(self) -> int:
        if not os.path.exists(self._path):  # noqa: PTH110 - pathlib has no FIFOs
            os.mkfifo(self._path)
        while True:
            try:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:  # noqa: PERF203 - the loop sleeps anyway
                if error.errno != errno.ENXIO:  # ENXIO: no reader
                    raise
                time.sleep(0.2)
            else:
                os.set_blocking(descriptor, True)
                return descriptor

    def _next(self) -> bytes:
        with self._changed:
            while self._newest is None:
                self._changed.wait()
            newest, self._newest = self._newest, None
            return newest

    def _write(self, descriptor: int, jpeg: bytes) -> None:
        view: Any = memoryview(jpeg)
        while view:
            view = view[os.write(descriptor, view) :]
