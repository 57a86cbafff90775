"""Brightness, sharpness, and pose of a face.

Rekognition does not publish its formulas. These give numbers on the same scales.
"""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, log, sin

import cv2
import numpy as np
import numpy.typing as npt

_FACE_IN_CHIP = (slice(25, 130), slice(20, 130))  # rows and columns of the 150 px chip without hair and background
_BLUR, _SHARP = 0.1, 0.6  # ratio of fine to coarse detail at sharpness 0 and 100
_NOSE_DEPTH = 0.4  # tip of the nose to the plane of eyes and mouth (25 mm), over the distance of the pupils (63 mm)


@dataclass(frozen=True)
class Pose:
    """Rotation of the head in degrees, estimated from five landmarks.

    Accurate to about 10 degrees, less at the extremes. As seen in the image, positive roll is clockwise, positive yaw
    is to the right, and positive pitch is up.
    """

    roll: float
    yaw: float
    pitch: float


def brightness(chip: npt.NDArray[np.uint8]) -> float:
    """Measure the mean luma of the face, 0 to 100."""
    return float(cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY)[_FACE_IN_CHIP].mean() / 2.55)


def sharpness(chip: npt.NDArray[np.uint8]) -> float:
    """Measure fine detail relative to coarse detail, 0 to 100.

    Fine detail is the standard deviation of what a Gaussian of 2 px removes; coarse detail is that of the band between
    2 and 8 px (pixels of the chip). Blur and upscaling lower the ratio; light and contrast do not. The logarithmic
    scale runs from a ratio of 0.1, a blurred face, to 0.6, a sharp portrait.
    """
    luma = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    softer, softest = (cv2.GaussianBlur(luma, (0, 0), sigma) for sigma in (2, 8))
    fine, coarse = (float(band[_FACE_IN_CHIP].std()) for band in (luma - softer, softer - softest))
    ratio = max(fine, 1e-6) / max(coarse, 1.0)
    return min(100.0, max(0.0, 100 * log(ratio / _BLUR) / log(_SHARP / _BLUR)))


def pose(points: npt.NDArray[np.float64], frontal: npt.NDArray[np.float64]) -> Pose:
    """Estimate roll, yaw, and pitch by comparing the landmarks with those of a frontal face.

    Once the face is upright, the eyes are D cos(yaw) apart. The tip of the nose lies p in front of their plane and has
    moved sideways by p sin(yaw). So tan(yaw) = (moved / apart) (D / p). Pitch is the same along the other axis.
    """
    eyes = points[1] - points[0]
    roll = atan2(eyes[1], eyes[0])
    upright = points @ np.array([[cos(roll), -sin(roll)], [sin(roll), cos(roll)]])
    nose, across, down = _nose_offset(upright)
    nose_frontal, across_frontal, down_frontal = _nose_offset(frontal)
    sideways = (nose[0] / across - nose_frontal[0] / across_frontal) / _NOSE_DEPTH
    raised = (nose_frontal[1] / down_frontal - nose[1] / down) * (down_frontal / across_frontal) / _NOSE_DEPTH
    return Pose(roll=degrees(roll), yaw=degrees(atan(sideways)), pitch=degrees(atan(raised)))


def _nose_offset(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float, float]:
    """Measure the nose relative to the midpoint of the eyes, the eye distance, and the distance from eyes to mouth."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across = float(hypot(*(points[1] - points[0])))
    down = max(1.0, float(mouth[1] - eyes[1]))
    offset = points[2] - eyes
    offset[0] -= (mouth[0] - eyes[0]) * offset[1] / down  # the midline slants from the eyes to the mouth
    return offset, max(1.0, across), down
