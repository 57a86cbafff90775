"""How usable a face is: brightness, sharpness and pose.

Rekognition does not publish its formulas; these give numbers of the same kind.
"""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, sin

import cv2
import numpy as np
import numpy.typing as npt

_FACE_IN_CHIP = (slice(25, 130), slice(20, 130))  # rows and columns of the 150 px chip that the face itself fills
_STEEP_EDGE = 0.6  # what counts as 100: a few in a hundred sharp portraits reach it
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
    return float(_luma(chip).mean() / 2.55)


def sharpness(chip: npt.NDArray[np.uint8]) -> float:
    """How steep the strongest edges of the face are, 0 to 100.

    The 95th percentile of the Sobel gradient (grey levels a pixel of the 150 px chip) over the luma's standard
    deviation, so that neither light nor contrast changes it. A small face is scaled up to the chip and so counts
    as less sharp, which is what matters to the embedding.
    """
    luma = _luma(chip)
    steepness = np.hypot(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)) / 8
    relative = np.percentile(steepness, 95) / max(1.0, float(luma.std()))
    return float(min(100, 100 * relative / _STEEP_EDGE))


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


def _luma(chip: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY)[_FACE_IN_CHIP], np.float32)
