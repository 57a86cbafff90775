"""A video file as a camera."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device import clock
from edge_device.cameras import CameraError, IncompleteVideoError
from edge_device.cameras.stream_address import redacted
from edge_device.cameras.video_end import is_complete
from edge_device.core.face import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_S = 0.5
_MIN_STEP_S = 0.04
_DEFAULT_FPS = 25.0


@dataclass(frozen=True)
class VideoFile:
    """Plays a file in real time, and skips frames when the detector is too slow. With `fast`, reads every frame."""

    path: Path
    fast: bool = False
    trust_clock: bool = False

    def frames(self) -> Iterator[Frame | None]:
        """Yield the frames from first to last, and None twice a second during a gap in the recording.

        Raises:
            CameraError: the file is missing or is not a video.
            IncompleteVideoError: after the last readable frame, if the recording should be longer.
        """
        if self.fast:
            yield from self.every_frame()
            return
        start, previous_s, video = time.monotonic(), 0.0, _Reader(self.path)
        for at_s in video.times():
            step_s, previous_s = max(_MIN_STEP_S, at_s - previous_s), at_s
            while (early_s := start + at_s - time.monotonic()) > _PAUSE_S:
                time.sleep(_PAUSE_S)
                yield None
            if -early_s > step_s:
                continue
            time.sleep(max(0.0, early_s))
            yield self._frame(video, at_s)

    def every_frame(self) -> Iterator[Frame]:
        """Yield every frame as fast as the caller takes them. Raises what `frames` raises."""
        video = _Reader(self.path)
        for at_s in video.times():
            yield self._frame(video, at_s)

    def _frame(self, video: _Reader, at_s: float) -> Frame:
        return Frame(video.image(), at_s, clock.wall_s(), self.trust_clock or clock.is_synced())


class _Reader:
    """Reads frames with the times that the container has for them."""

    def __init__(self, path: Path) -> None:
        # FFmpeg writes its own lines to standard error, with the file's name but without a reason.
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
        self._path, self._video = path, cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._video.isOpened():
            problem = "is not a video that OpenCV can read" if path.exists() else "does not exist"
            raise CameraError(f"{redacted(str(path))} {problem}. Name a video file, such as walk.mp4")

    def times(self) -> Iterator[float]:
        """Go from frame to frame, and yield the seconds since the first. They always grow.

        A stream without times gets them from its frame rate. So does the rest of a recording whose times start again.
        """
        fps = self._video.get(cv2.CAP_PROP_FPS)
        default_step_s = 1 / (fps if 1 <= fps <= 240 else _DEFAULT_FPS)
        count, at_s, offset_s = 0, 0.0, 0.0
        while self._video.grab():
            next_s = self._video.get(cv2.CAP_PROP_POS_MSEC) / 1000 + offset_s
            if count and next_s <= at_s:
                offset_s += at_s + default_step_s - next_s
                next_s = at_s + default_step_s
            count, at_s = count + 1, max(0.0, next_s)
            yield at_s
        if not is_complete(self._path, self._video, frames=count, end_s=at_s + default_step_s):
            raise IncompleteVideoError(
                f"{self._path}: the recording cannot be read beyond {at_s:.1f} s ({count} frames); the rest is missing"
            )
        self._video.release()

    def image(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return np.asarray(self._video.retrieve()[1], np.uint8)
