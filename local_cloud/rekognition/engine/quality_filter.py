"""The thresholds of Rekognition's `QualityFilter`.

Rekognition does not publish its thresholds. These were measured on headshots that were blurred, darkened, and shrunk:
LOW refuses faces that the engine hardly ever recognizes, AUTO those that it misses more often than not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.face_engine import Face


@dataclass(frozen=True)
class _Thresholds:
    longer_side: float
    """Of the box, in pixels."""
    sharpness: float
    brightness: float
    angle: float
    """Maximum yaw and pitch, in degrees."""
    score: float
    visible: float


_THRESHOLDS = {
    "LOW": _Thresholds(longer_side=32, sharpness=10, brightness=5, angle=75, score=0.65, visible=0.4),
    "AUTO": _Thresholds(longer_side=40, sharpness=15, brightness=8, angle=60, score=0.7, visible=0.6),
    "MEDIUM": _Thresholds(longer_side=64, sharpness=30, brightness=12, angle=45, score=0.75, visible=0.75),
    "HIGH": _Thresholds(longer_side=96, sharpness=45, brightness=20, angle=30, score=0.8, visible=0.9),
}


def reasons_against(face: "Face", quality_filter: str) -> list[str]:
    """List Rekognition's reasons to refuse a face. Empty if it passes the filter NONE, LOW, AUTO, MEDIUM, or HIGH."""
    if quality_filter == "NONE":
        return []
    limits = _THRESHOLDS[quality_filter]
    failed = {
        "SMALL_BOUNDING_BOX": max(face.box.width, face.box.height) < limits.longer_side,
        "LOW_SHARPNESS": face.sharpness < limits.sharpness,
        "LOW_BRIGHTNESS": face.brightness < limits.brightness,
        "EXTREME_POSE": max(abs(face.pose.yaw), abs(face.pose.pitch)) > limits.angle,
        "LOW_CONFIDENCE": face.score < limits.score,
        "LOW_FACE_QUALITY": face.visible < limits.visible,
    }
    return [reason for reason, fails in failed.items() if fails]
