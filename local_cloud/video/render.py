"""Renders walks to a video file, and the true boxes of the faces to a JSON file beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from local_cloud.video.corridor import draw_corridor
from local_cloud.video.figure import Figure
from local_cloud.video.ground_truth import GroundTruth, TrueFace
from local_cloud.video.head import cut_out_head
from local_cloud.video.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_CODECS = {".mp4": "mp4v", ".avi": "MJPG"}


def render_walk_past(
    stills: Sequence[Path],
    out: Path,
    *,
    seconds_each: float = 5.0,
    gap_s: float = 0.7,
    size: tuple[int, int] = (1280, 720),
    fps: float = 15.0,
) -> GroundTruth:
    """Render people walking past one after another, alternately from the left and from the right.

    Args:
        stills: One portrait of each person; 128-pixel headshots are enough.
        out: The video to write: `.mp4` (MPEG-4) or `.avi` (MJPEG). The true boxes go to the same name with `.json`.
        seconds_each: Duration of each walk; the face is in the picture for about 90 % of it.
        gap_s: Pause between two people.
        size: Width and height in pixels.
        fps: Frames per second.

    Raises:
        ValueError: A still has no face, or `out` ends in neither `.mp4` nor `.avi`.
    """
    walks = [
        Walk(still=still, start_s=number * (seconds_each + gap_s), seconds=seconds_each, from_left=number % 2 == 0)
        for number, still in enumerate(stills)
    ]
    return render(walks, out, size=size, fps=fps)


def render(
    walks: Sequence[Walk], out: Path, *, size: tuple[int, int] = (1280, 720), fps: float = 15.0, seed: int = 5
) -> GroundTruth:
    """Render walks, which may overlap in time. The person whose face is nearer is in front.

    A still that several walks share is one person in the ground truth. `seed` determines the clothes and the noise.

    Raises:
        ValueError: A still has no face, or `out` ends in neither `.mp4` nor `.avi`.
    """
    if out.suffix not in _CODECS:
        raise ValueError(f"{out} must end in one of {', '.join(_CODECS)}")
    random = np.random.default_rng(seed)
    people = list(dict.fromkeys(walk.still for walk in walks))
    figures = {still: Figure(cut_out_head(still), _clothes(random)) for still in people}
    corridor, noise = draw_corridor(size), _SensorNoise(size, random)
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*_CODECS[out.suffix]), fps, size)
    truth = GroundTruth(fps=fps, size=size, people=[str(still) for still in people], frames=[])
    for number in range(math.ceil(fps * (max(walk.end_s for walk in walks) + 0.3))):
        frame = corridor.copy()
        faces = _draw_people(frame, walks, figures, number / fps)
        truth.frames.append([TrueFace(people.index(still), box, visible) for still, box, visible in faces])
        writer.write(noise.added_to(frame))
    writer.release()
    truth.save(out.with_suffix(".json"))
    return truth


def _draw_people(
    frame: NDArray[np.uint8], walks: Sequence[Walk], figures: dict[Path, Figure], at_s: float
) -> list[tuple[Path, tuple[float, float, float, float], float]]:
    """Draw people from far to near. Returns each still with its face's box and visible fraction."""
    height, width = frame.shape[:2]
    poses = [(walk, pose) for walk in walks if (pose := walk.pose(at_s, (width, height)))]
    poses.sort(key=lambda pair: pair[1].face_px)
    seen: list[tuple[Path, tuple[float, float, float, float], float]] = []
    for walk, pose in poses:
        figure = figures[walk.still]
        figure.draw(frame, pose, blur_px=pose.speed_px_s * walk.exposure_s)
        box = figure.face_box(pose)
        seen = [(still, other, visible * (1 - _hidden_fraction(other, box))) for still, other, visible in seen]
        seen.append((walk.still, box, 1 - _outside_fraction(box, width, height)))
    return seen


def _outside_fraction(box: tuple[float, float, float, float], width: int, height: int) -> float:
    return 1 - _hidden_fraction(box, (0, 0, width, height))


def _hidden_fraction(box: tuple[float, float, float, float], front: tuple[float, float, float, float]) -> float:
    """Compute the fraction of `box` that is behind `front`."""
    x, y = max(box[0], front[0]), max(box[1], front[1])
    right, bottom = min(box[0] + box[2], front[0] + front[2]), min(box[1] + box[3], front[1] + front[3])
    return max(0.0, right - x) * max(0.0, bottom - y) / (box[2] * box[3])


def _clothes(random: np.random.Generator) -> tuple[int, int, int]:
    blue, green, red = (int(value) for value in random.uniform(50, 130, 3))
    return blue, green, red


class _SensorNoise:
    """Noise with a standard deviation of 4 gray levels. Each frame takes another part of one large noise picture."""

    def __init__(self, size: tuple[int, int], random: np.random.Generator) -> None:
        self._size, self._random = size, random
        self._noise = random.normal(0, 4, (size[1] + 64, size[0] + 64, 3)).astype(np.int16)

    def added_to(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        width, height = self._size
        x, y = self._random.integers(0, 64, 2)
        return cv2.add(frame, self._noise[y : y + height, x : x + width], dtype=cv2.CV_8U).astype(np.uint8, copy=False)
