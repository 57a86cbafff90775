"""How good a shot of a face is for recognition: large, sharp, well lit, and turned to the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.core.face import pixels
from edge_device.core.message import Quality

if TYPE_CHECKING:
    from edge_device.core.face import Face, Frame

_PATCH_PX = 96  # faces are compared at this size, or a large face would always seem less sharp than a small one
_FULL_SIZE_PX = 160.0  # a larger face is recognised no better; a smaller one worse where it is blurred
_FULL_SHARPNESS = 500.0  # variance of the Laplacian of a patch that is as sharp as recognition can use


def assess(frame: Frame, face: Face) -> Quality:
    """The quality of a face in its frame.

    The score is the weighted geometric mean of four parts from 0 to 1: size, sharpness, brightness, frontality. Such a
    mean is low as soon as one part is: no sharpness makes up for a dark face.
    """
    patch = cv2.resize(pixels(frame.image, face.box), (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    # Noise of a dark picture would pass for sharpness: it is smoothed away first.
    _, deviation = cv2.meanStdDev(cv2.Laplacian(cv2.blur(grey, (3, 3)), cv2.CV_16S, ksize=3))
    sharpness = float(deviation[0, 0]) ** 2
    brightness = float(cv2.mean(grey)[0])
    parts = (
        min(1.0, face.box.height / _FULL_SIZE_PX),
        min(1.0, sharpness / _FULL_SHARPNESS),
        _lit(brightness),
        # By half only: the points of a blurred or tilted face are off by more than a small turn of the head.
        frontality(face) ** 0.5,
    )
    return Quality(score=float(np.prod(parts)) ** (1 / 3.5), sharpness=sharpness, brightness=brightness)


def _lit(brightness: float) -> float:
    """1 between 80 and 190 grey levels, down to 0 at black and at white."""
    return max(0.0, min(1.0, brightness / 80, (255 - brightness) / 65))


def frontality(face: Face) -> float:
    """1 for a face turned to the camera, towards 0 for a profile; 0.7 where the detector gives no points.

    Turned sideways, the tip of the nose comes nearer to one eye: the ratio of the two distances along the line of the
    eyes is 1 from the front, and falls to 0 where the nose passes an eye.
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
    """False for a face that the picture's edge cuts."""
    width, height = frame.size
    edge = 2  # a detector's box stops just short of an edge that cuts the face
    box = face.box
    return box.x >= edge and box.y >= edge and box.right <= width - edge and box.bottom <= height - edge
