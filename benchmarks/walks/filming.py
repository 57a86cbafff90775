"""Film a person's walk past a camera, and take the shots that the camera program sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

import cv2
import numpy as np

from benchmarks.walks.another_day import another_day
from edge_device.core.best_shot import BestShot, ShotCandidate, ShotRules
from edge_device.core.crop import cut_out, encode_crop
from edge_device.core.face import Frame
from edge_device.core.quality import assess, is_whole
from edge_device.detector import YuNet
from local_cloud.video.figure import Figure
from local_cloud.video.head import cut_out_head
from local_cloud.video.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from local_cloud.video.walk import Pose

T = TypeVar("T")

_FPS = 6.0
_SIZE = (1280, 720)  # of the camera's picture; only the part around the head is drawn
_CONFIRMED_AFTER_S = 0.35  # the tracker confirms a track after some frames


class Condition(StrEnum):
    """What is wrong with a camera's pictures of one walk."""

    CLEAR = "clear"
    BLUR = "blur"
    DARK = "dark"
    SMALL = "small"
    COMPRESSED = "compressed"
    YAW = "yaw"


@dataclass(frozen=True)
class Shot(Generic[T]):
    """A picture that the camera sends, `at_s` seconds after the walk began."""

    at_s: float
    picture: T


@dataclass(frozen=True)
class Conditions:
    """The walk of a person under some conditions."""

    walk: Walk
    noise: float
    jpeg_quality: int
    turned: float


def conditions(still: Path, condition: Condition, random: np.random.Generator) -> Conditions:
    """Choose a walk at random. Half of all walks should be `CLEAR`."""
    is_ = condition.__eq__
    walk = Walk(
        still=still,
        seconds=float(random.uniform(3.0, 5.0)),
        from_left=bool(random.integers(2)),
        nearest_face_px=float(random.uniform(44, 62) if is_(Condition.SMALL) else random.uniform(90, 170)),
        light=float(random.uniform(0.2, 0.4) if is_(Condition.DARK) else random.uniform(0.75, 1.1)),
        exposure_s=float(random.uniform(0.015, 0.03) if is_(Condition.BLUR) else 0.008),
    )
    return Conditions(
        walk=walk,
        noise=float(random.uniform(8, 14) if is_(Condition.DARK) else random.uniform(2, 5)),
        jpeg_quality=int(random.integers(12, 30) if is_(Condition.COMPRESSED) else random.integers(70, 90)),
        turned=float(random.choice((-1, 1)) * random.uniform(0.35, 0.6)) if is_(Condition.YAW) else 0.0,
    )


def film(chosen: Conditions, random: np.random.Generator) -> list[ShotCandidate[bytes]]:
    """Film the walk on a day of its own. Return each frame's face with its quality, as the camera program sees it."""
    head = cut_out_head(chosen.walk.still)
    color = another_day(head.color.astype(np.uint8), head.face[3], random).astype(np.float32)
    figure, detector = Figure(replace(head, color=color), (90, 80, 70)), YuNet(width_px=256)
    candidates = []
    for at_s, pose in _poses(chosen.walk):
        frame = Frame(_picture(figure, pose, chosen, random), at_s=at_s, captured_at=at_s)
        if faces := [face for face in detector.detect(frame.image) if is_whole(frame, face)]:
            face = max(faces, key=lambda each: each.box.height)
            jpeg = encode_crop(cut_out(frame, face.box, others=[])).jpeg
            candidates.append(ShotCandidate(assess(frame, face), at_s, _compressed(jpeg, chosen.jpeg_quality)))
    return candidates


def shots_of(candidates: Sequence[ShotCandidate[T]], rules: ShotRules) -> list[Shot[T]]:
    """Return the shots that the camera program takes of a track with these candidates."""
    if not candidates:
        return []
    confirmed_at_s, shots = candidates[0].at_s + _CONFIRMED_AFTER_S, []
    best: BestShot[T] = BestShot(rules, confirmed_at_s=confirmed_at_s)
    for candidate in candidates:
        best.offer(candidate)
        if candidate.at_s >= confirmed_at_s and (taken := best.due(candidate.at_s)):
            shots.append(Shot(candidate.at_s, taken.picture))
    last_s = candidates[-1].at_s
    if taken := best.end(last_s):
        shots.append(Shot(last_s, taken.picture))
    return shots


def _poses(walk: Walk) -> Iterator[tuple[float, Pose]]:
    for number in range(int(walk.end_s * _FPS)):
        pose = walk.pose(number / _FPS, _SIZE)
        if pose and pose.face_px < pose.x < _SIZE[0] - pose.face_px:
            yield number / _FPS, pose


def _picture(figure: Figure, pose: Pose, chosen: Conditions, random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the part of the camera's picture around the head."""
    side = int(3.2 * pose.face_px)
    gray = random.integers(90, 190)
    frame = np.full((side, side, 3), gray * min(1.0, pose.light), np.uint8)
    here = replace(pose, x=side / 2, y=side / 2, yaw=pose.yaw + chosen.turned)
    figure.draw(frame, here, blur_px=pose.speed_px_s * chosen.walk.exposure_s)
    noisy = frame + random.normal(0, chosen.noise, frame.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _compressed(jpeg: bytes, quality: int) -> bytes:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return bytes(cv2.imencode(".jpg", np.asarray(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
