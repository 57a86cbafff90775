"""A folder that pictures come into, from a trail camera, a doorbell or an FTP upload."""

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
_SHOWN = 3  # times: a face is a track once it was seen in three frames
_APART_S = 10.0  # people of one picture are not followed into the next


@dataclass(frozen=True)
class ImageFolder:
    """Every picture of the folder in the order of their names; then, with `follow`, those that come in, for ever."""

    path: Path
    follow: bool = False
    every_s: float = 0.5

    def frames(self) -> Iterator[Frame | None]:
        """Each picture, shown three times; the file's time is taken for when it was taken."""
        seen: set[Path] = set()
        shown_at_s = 0.0
        while True:
            new = sorted(path for path in self.path.iterdir() if path.suffix.lower() in _SUFFIXES and path not in seen)
            for path in new:
                image = self._read(path)
                if image is None:
                    continue
                seen.add(path)
                shown_at_s += _APART_S
                for again in range(_SHOWN):
                    yield Frame(image.copy(), shown_at_s + again * 0.1, path.stat().st_mtime, clock.is_synced())
            if not self.follow:
                return
            time.sleep(self.every_s)
            yield None

    def _read(self, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
        """The picture; None while it is still being written, or if it is none."""
        if self.follow and clock.wall_s() - path.stat().st_mtime < self.every_s:
            return None
        image = cv2.imread(str(path))
        if image is None:
            log.warning("this file is no picture and is left out", file=str(path))
            return None
        return np.asarray(image, np.uint8)
