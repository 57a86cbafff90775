"""The path of a person past the camera: position, size, and rotation of the face over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FARTHEST_FACE = 0.3  # at the start and end, as a fraction of the nearest face's height
_LARGEST_YAW = 0.5  # radians


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One person's path through the picture.

    Attributes:
        still: Portrait of the person.
        start_s: Start in the video.
        seconds: Duration without the pause.
        from_left: Direction.
        nearest_face_px: Height of the face at its nearest.
        pause_s: Time that the person stands still in the middle.
        light: Factor of the brightness.
        exposure_s: Exposure time, which determines the motion blur.
        level: Vertical offset as a fraction of the picture's height; negative is up.
    """

    still: Path
    start_s: float = 0.0
    seconds: float = 5.0
    from_left: bool = True
    nearest_face_px: float = 160.0
    pause_s: float = 0.0
    light: float = 1.0
    exposure_s: float = 0.01
    level: float = 0.0

    @property
    def end_s(self) -> float:
        """End of the walk in the video."""
        return self.start_s + self.seconds + self.pause_s

    def pose(self, at_s: float, size: tuple[int, int]) -> Pose | None:
        """Compute the pose at a time of the video, in a picture of this size. None before and after the walk."""
        if not self.start_s <= at_s < self.end_s:
            return None
        progress = self._progress(at_s - self.start_s)
        width, height = size
        nearness = math.sin(math.pi * min(max(progress, 0.0), 1.0)) ** 1.3
        face = self.nearest_face_px * (_FARTHEST_FACE + (1 - _FARTHEST_FACE) * nearness)
        step = progress * self.seconds * 9.0
        across = -0.08 + 1.16 * progress
        turn = 2 * progress - 1
        standing = self._is_standing(at_s - self.start_s)
        return Pose(
            x=width * (across if self.from_left else 1 - across),
            y=height * (0.42 + self.level) - 0.3 * face + 0.045 * face * abs(math.sin(step)),
            face_px=face,
            yaw=_LARGEST_YAW * (turn if self.from_left else -turn),
            step=step,
            speed_px_s=0.0 if standing else 1.16 * width / self.seconds,
            light=self.light * (0.62 + 0.38 * math.exp(-((turn / 0.7) ** 2))),
        )

    def _is_standing(self, elapsed_s: float) -> bool:
        return 0 <= elapsed_s - self.seconds / 2 < self.pause_s

    def _progress(self, elapsed_s: float) -> float:
        """Compute the progress from 0 to 1. It stays at 0.5 during the pause."""
        walked = elapsed_s - min(max(elapsed_s - self.seconds / 2, 0.0), self.pause_s)
        return walked / self.seconds


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Center and height of the face in pixels, yaw in radians, phase of the step, speed, and light."""

    x: float
    y: float
    face_px: float
    yaw: float
    step: float
    speed_px_s: float
    light: float
