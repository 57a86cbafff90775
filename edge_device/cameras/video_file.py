"""A video file as a camera."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.core.face import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class VideoFile:
    """Plays a file in real time, and skips frames when the detector is too slow. With `fast`, reads every frame."""

    path: Path
    fast: bool = False
    trust_clock: bool = False

    def frames(self) -> Iterator[Frame]:
        """Yield the frames from first to last.

        Raises:
            CameraError: the file is missing or is not a video.
        """
        video = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        if not video.isOpened():
            problem = "does not exist" if not self.path.exists() else "is not a video that OpenCV can read"
            raise CameraError(f"{self.path} {problem}. Name a video file, such as walk.mp4")
        fps = video.get(cv2.CAP_PROP_FPS) or 25.0
        synced = self.trust_clock or clock.is_synced()
        start, number = time.monotonic(), 0
        while video.grab():
            at_s = number / fps
            number += 1
            if not self.fast:
                late = time.monotonic() - start - at_s
                if late > 1 / fps:
                    continue
                time.sleep(max(0.0, -late))
            image = np.asarray(video.retrieve()[1], np.uint8)
            yield Frame(image, at_s, clock.wall_s(), synced)
        video.release()
