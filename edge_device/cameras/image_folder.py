"""A folder that receives images from a trail camera, a doorbell or an FTP upload."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import structlog

from edge_device import clock
from edge_device.core.face import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = structlog.get_logger()

_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
_REPEATS = 3  # a track is confirmed by three frames
_GAP_S = 10.0  # ends all tracks between two images


@dataclass(frozen=True)
class ImageFolder:
    """Reads all images of the folder by name; with `follow`, then waits for new ones without end."""

    path: Path
    follow: bool = False
    every_s: float = 0.5

    def frames(self) -> Iterator[Frame | None]:
        """Yield each image three times. `captured_at` is the file's modification time."""
        seen: set[Path] = set()
        shown_at_s = 0.0
        while True:
            new = sorted(path for path in self.path.iterdir() if path.suffix.lower() in _SUFFIXES and path not in seen)
            for path in new:
                image = self._read(path)
                if image is None:
                    continue
                seen.add(path)
                shown_at_s += _GAP_S
                for repeat in range(_REPEATS):
                    yield Frame(image.copy(), shown_at_s + repeat * 0.1, path.stat().st_mtime, clock.is_synced())
            if not self.follow:
                return
            time.sleep(self.every_s)
            yield None

    def _read(self, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
        """Read an image; None if it may still be written, or is not an image."""
        if self.follow and clock.wall_s() - path.stat().st_mtime < self.every_s:
            return None
        image = cv2.imread(str(path))
        if image is None:
            log.warning("skipped a file that is not an image", file=str(path))
            return None
        return np.asarray(image, np.uint8)
