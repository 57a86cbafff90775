"""How a person walks past the camera: where the face is, how large, and how it is turned, at each moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FARTHEST_FACE = 0.3  # of the nearest face's height: where the walk starts and ends
_LARGEST_YAW = 0.5  # radians


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One person's way through the picture.

    `start_s` and `seconds` place it in the video; `nearest_face_px` is the height of the face at its nearest;
    `pause_s` is how long the person stands in the middle; `light` scales the brightness; `exposure_s` is the shutter
    time, which sets the motion blur; `level` moves the person up (-) or down (+) by a part of the picture's height.
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
        """When the person has left."""
        return self.start_s + self.seconds + self.pause_s

    def pose(self, at_s: float, size: tuple[int, int]) -> Pose | None:
        """The person at that time of the video, in a picture of that width and height; None before and after."""
        if not self.start_s <= at_s < self.end_s:
            return None
        way = self._way(at_s - self.start_s)
        width, height = size
        nearness = math.sin(math.pi * min(max(way, 0.0), 1.0)) ** 1.3
        face = self.nearest_face_px * (_FARTHEST_FACE + (1 - _FARTHEST_FACE) * nearness)
        step = way * self.seconds * 9.0
        across = -0.08 + 1.16 * way
        turn = 2 * way - 1
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

    def _way(self, elapsed_s: float) -> float:
        """From 0 at the start to 1 at the end; it stands at a half during the pause."""
        walked = elapsed_s - min(max(elapsed_s - self.seconds / 2, 0.0), self.pause_s)
        return walked / self.seconds


@dataclass(frozen=True, kw_only=True)
class Pose:
    """The centre and height of the face in pixels, its turn in radians, the phase of the step, and the light on it."""

    x: float
    y: float
    face_px: float
    yaw: float
    step: float
    speed_px_s: float
    light: float
