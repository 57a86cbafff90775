"""Draws one walking person, head and body, into a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from local_cloud.video.head import Head
    from local_cloud.video.walk import Pose

_TROUSERS = (46, 52, 62)
# No part of a head is further below the center of its face, in heights of the face.
_HEAD_BELOW = 1.0


@dataclass(frozen=True)
class Figure:
    """A person to draw: the head of a still, on a body in clothes of one color (BGR)."""

    head: Head
    clothes: tuple[int, int, int]

    def face_box(self, pose: Pose) -> tuple[float, float, float, float]:
        """Compute the face's box in the frame: x, y, width, height in pixels."""
        width = self.head.face[2] / self.head.face[3] * pose.face_px * _foreshortening(pose)
        return pose.x - width / 2, pose.y - pose.face_px / 2, width, pose.face_px

    def draw(self, frame: NDArray[np.uint8], pose: Pose, *, blur_px: float) -> None:
        """Paint the person over the frame, in place. `blur_px` is the person's movement during the exposure."""
        rows, columns = _region(frame, pose)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        region = frame[rows, columns]
        color = np.zeros(region.shape, np.uint8)
        cover = np.zeros(region.shape[:2], np.uint8)
        origin = np.array([columns.start, rows.start], np.float64)
        self._draw_body(color, cover, pose, origin)
        painted, alpha = self._with_head(color, cover, pose, origin)
        painted *= _of_three_colors(alpha * pose.light)
        if blur_px >= 1:
            # A moving person over a still background blurs the premultiplied color and the coverage alike.
            size = (2 * int(blur_px / 2) + 1, 1)
            painted, alpha = cv2.blur(painted, size), cv2.blur(alpha, size)
        painted += region * _of_three_colors(1 - alpha)
        frame[rows, columns] = np.clip(painted, 0, 255, out=painted).astype(np.uint8)

    def _draw_body(self, color: NDArray[np.uint8], cover: NDArray[np.uint8], pose: Pose, origin: NDArray[Any]) -> None:
        face = pose.face_px
        swing = math.sin(pose.step)
        half = face * 0.95 * _foreshortening(pose)
        center = np.array([pose.x, pose.y]) - origin
        neck = face * 0.42  # below the face's center, the origin of all offsets here

        def limb(start: tuple[float, float], end: tuple[float, float], width: float, bgr: tuple[int, ...]) -> None:
            ends = [tuple(int(v) for v in center + point) for point in (start, end)]
            for layer, value in ((color, bgr), (cover, 255)):
                cv2.line(layer, ends[0], ends[1], value, max(1, int(width)), cv2.LINE_AA)

        def patch(points: list[tuple[float, float]], bgr: tuple[int, ...]) -> None:
            polygon = np.rint(np.array(points) + center).astype(np.int32)
            for layer, value in ((color, bgr), (cover, 255)):
                cv2.fillPoly(layer, [polygon], value, cv2.LINE_AA)

        sleeves = tuple(int(value * 0.85) for value in self.clothes)
        for side in (-1, 1):
            hip, foot = side * half * 0.35, side * (half * 0.35 + 0.7 * face * swing)
            limb((hip, 3.1 * face), (foot, 5.4 * face), 0.55 * face, _TROUSERS)
            hand = side * (half * 1.02 - 0.55 * face * swing)
            limb((side * half * 0.92, neck + 0.65 * face), (hand, neck + 2.3 * face), 0.36 * face, sleeves)
        torso = [(0.3, 0.0), (0.95, 0.38), (1.05, 0.8), (0.8, 2.78)]
        patch([(-x * half, neck + y * face) for x, y in torso] + _mirrored(torso, half, neck, face), self.clothes)
        throat = tuple(int(value * 0.82) for value in self.head.skin)
        patch([(-0.27 * half, 0.2 * face), (-0.31 * half, neck + 0.16 * face), (0, neck + 0.34 * face),
               (0.31 * half, neck + 0.16 * face), (0.27 * half, 0.2 * face)], throat)  # fmt: skip

    def _with_head(
        self, color: NDArray[np.uint8], cover: NDArray[np.uint8], pose: Pose, origin: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Put the turned head over the body. Returns the color and the coverage (0-1)."""
        turned = _turn(self.head, pose, origin)
        # Smoothed before shrinking; otherwise the head flickers as it moves.
        shrink = self.head.face[3] / pose.face_px
        picture = self.head.color if shrink <= 1.5 else cv2.GaussianBlur(self.head.color, (0, 0), shrink / 3)
        alpha = cv2.GaussianBlur(cover, (0, 0), 1.0).astype(np.float32) / 255
        painted = color.astype(np.float32)
        above = slice(0, max(0, min(cover.shape[0], int(pose.y + _HEAD_BELOW * pose.face_px - origin[1]))))
        size = (cover.shape[1], above.stop)
        if above.stop:
            head = cv2.warpPerspective(picture, turned, size, borderMode=cv2.BORDER_REPLICATE)
            matte = cv2.warpPerspective(self.head.matte, turned, size)
            painted[above] *= _of_three_colors(1 - matte)
            painted[above] += head * _of_three_colors(matte)
            alpha[above] = np.maximum(matte, alpha[above])
        return painted, alpha


def _of_three_colors(layer: NDArray[Any]) -> NDArray[Any]:
    """Repeat a layer for each color, which is faster than to multiply with `layer[:, :, None]`."""
    return np.asarray(cv2.merge((layer, layer, layer)))


def _mirrored(points: list[tuple[float, float]], half: float, neck: float, face: float) -> list[tuple[float, float]]:
    return [(x * half, neck + y * face) for x, y in reversed(points)]


def _foreshortening(pose: Pose) -> float:
    return math.cos(1.2 * pose.yaw)


def _region(frame: NDArray[np.uint8], pose: Pose) -> tuple[slice, slice]:
    """Find the part of the frame that the person can cover."""
    height, width = frame.shape[:2]
    face = pose.face_px
    rows = slice(max(0, int(pose.y - 1.6 * face)), min(height, int(pose.y + 5.9 * face)))
    columns = slice(max(0, int(pose.x - 2.2 * face)), min(width, int(pose.x + 2.2 * face)))
    return rows, columns


def _turn(head: Head, pose: Pose, origin: NDArray[Any]) -> NDArray[Any]:
    """Compute the perspective that puts the still's face at the pose. The far side of a turned face is smaller."""
    x, y, width, height = head.face
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
    narrow, slant = _foreshortening(pose), 0.1 * math.sin(pose.yaw)
    scale = pose.face_px / height
    left, right = -width / 2 * narrow, width / 2 * narrow
    top, bottom = -height / 2, height / 2
    turned = [
        [left, top * (1 + slant)],
        [right, top * (1 - slant)],
        [right, bottom * (1 - slant)],
        [left, bottom * (1 + slant)],
    ]
    target = np.array(turned) * scale + [pose.x, pose.y] - origin
    return cv2.getPerspectiveTransform(corners, target.astype(np.float32))
