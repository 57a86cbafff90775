"""Scores how well a face can be recognized, by its size, sharpness, brightness and frontality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.core.face import pixels
from edge_device.core.message import Quality

if TYPE_CHECKING:
    from edge_device.core.face import Face, Frame

_PATCH_PX = 96  # all faces are scaled to this size, because a large face would measure less sharp
_FULL_SIZE_PX = 160.0  # recognition does not improve above this size
_FULL_SHARPNESS = 500.0  # variance of the Laplacian; recognition does not improve above it


def assess(frame: Frame, face: Face) -> Quality:
    """Assess a face in its frame.

    The score is the weighted geometric mean of size, sharpness, brightness and frontality, each from 0 to 1. One low
    part makes the score low: a sharp image does not compensate for a dark face.
    """
    patch = cv2.resize(pixels(frame.image, face.box), (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_LINEAR)
    gray = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    # Smooth first: the noise of a dark image measures as sharpness.
    _, deviation = cv2.meanStdDev(cv2.Laplacian(cv2.blur(gray, (3, 3)), cv2.CV_16S, ksize=3))
    sharpness = float(deviation[0, 0]) ** 2
    brightness = float(cv2.mean(gray)[0])
    parts = (
        min(1.0, face.box.height / _FULL_SIZE_PX),
        min(1.0, sharpness / _FULL_SHARPNESS),
        _lit(brightness),
        # Half weight: on a blurred or tilted face, the points are less exact than a small turn of the head.
        frontality(face) ** 0.5,
    )
    return Quality(score=float(np.prod(parts)) ** (1 / 3.5), sharpness=sharpness, brightness=brightness)


def _lit(brightness: float) -> float:
    """Score the brightness: 1 between 80 and 190 gray levels, falling to 0 at black and at white."""
    return max(0.0, min(1.0, brightness / 80, (255 - brightness) / 65))


def frontality(face: Face) -> float:
    """Score how frontal a face is: 1 from the front, 0 for a profile, 0.7 if the detector gives no points.

    When a head turns, the tip of the nose moves toward one eye. The score is the ratio of the nose's distances to both
    eyes, measured along the line between the eyes.
    """
    if len(face.points) < 3:
        return 0.7
    right_eye, left_eye, nose = (np.array(point) for point in face.points[:3])
    eyes = left_eye - right_eye
    span = float(eyes @ eyes)
    if span == 0:
        return 0.0
    along = float((nose - right_eye) @ eyes) / span
    nearer, farther = sorted((abs(along), abs(1 - along)))
    return nearer / farther if 0 < along < 1 else 0.0


def is_whole(frame: Frame, face: Face) -> bool:
    """Whether the frame shows the whole face; False if an edge cuts it."""
    width, height = frame.size
    edge = 2  # a detector's box ends just before an edge that cuts the face
    box = face.box
    return box.x >= edge and box.y >= edge and box.right <= width - edge and box.bottom <= height - edge
