"""How usable a face is: brightness, sharpness and pose.

Rekognition does not publish its formulas; these give numbers of the same kind.
"""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, log, sin

import cv2
import numpy as np
import numpy.typing as npt

_FACE_IN_CHIP = (slice(25, 130), slice(20, 130))  # rows and columns of the 150 px chip that the face itself fills
_BLUR, _SHARP = 0.1, 0.6  # fine over coarse detail at sharpness 0 and 100
_NOSE_DEPTH = 0.4  # the nose's tip lies about 25 mm before the plane of eyes and mouth, the pupils are 63 mm apart


@dataclass(frozen=True)
class Pose:
    """Rotation of the head in degrees, estimated from five points: good to about 10 degrees, less at the extremes.

    Positive roll is clockwise, positive yaw turns to the right, positive pitch looks up, all as seen in the picture.
    """

    roll: float
    yaw: float
    pitch: float


def brightness(chip: npt.NDArray[np.uint8]) -> float:
    """Mean luma of the face, 0 to 100."""
    return float(cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY)[_FACE_IN_CHIP].mean() / 2.55)


def sharpness(chip: npt.NDArray[np.uint8]) -> float:
    """How much fine detail the face has for its coarse detail, 0 to 100.

    The standard deviation of what a Gaussian of 2 px takes away, over that of what lies between 2 and 8 px (pixels of
    the 150 px chip): blur lowers it, light and contrast do not, and a face scaled up from few pixels counts as
    blurred, which it is. On a logarithmic scale from 0.1, which is blur alone, to 0.6, a sharp portrait.
    """
    luma = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    softer, softest = (cv2.GaussianBlur(luma, (0, 0), sigma) for sigma in (2, 8))
    fine, coarse = (float(band[_FACE_IN_CHIP].std()) for band in (luma - softer, softer - softest))
    ratio = max(fine, 1e-6) / max(coarse, 1.0)
    return min(100.0, max(0.0, 100 * log(ratio / _BLUR) / log(_SHARP / _BLUR)))


def pose(points: npt.NDArray[np.float64], frontal: npt.NDArray[np.float64]) -> Pose:
    """Roll, yaw and pitch from the five points, compared with those of a frontal face.

    With the face turned upright, the eyes are D cos(yaw) apart and the nose's tip, p before their plane, has moved
    aside by p sin(yaw); so tan(yaw) = (moved / apart) (D / p). Pitch is the same along the other axis.
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
    """The nose relative to the middle of the eyes; the distance of the eyes; the distance from eyes to mouth."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across = float(hypot(*(points[1] - points[0])))
    down = max(1.0, float(mouth[1] - eyes[1]))
    offset = points[2] - eyes
    offset[0] -= (mouth[0] - eyes[0]) * offset[1] / down  # the midline leans from the eyes to the mouth
    return offset, max(1.0, across), down
