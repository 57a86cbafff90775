"""The bars that Rekognition's `QualityFilter` sets.

Rekognition does not publish its bars. These were set on headshots that were blurred, darkened and shrunk until the
embedding suffered: LOW refuses what is hopeless, AUTO what is more likely missed than found.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import Face


@dataclass(frozen=True)
class _Bar:
    longer_side: float
    """Of the box, in pixels."""
    sharpness: float
    brightness: float
    angle: float
    """Yaw and pitch, in degrees to either side."""
    score: float
    visible: float


_BARS = {
    "LOW": _Bar(longer_side=32, sharpness=10, brightness=5, angle=75, score=0.65, visible=0.4),
    "AUTO": _Bar(longer_side=40, sharpness=15, brightness=8, angle=60, score=0.7, visible=0.6),
    "MEDIUM": _Bar(longer_side=64, sharpness=30, brightness=12, angle=45, score=0.75, visible=0.75),
    "HIGH": _Bar(longer_side=96, sharpness=45, brightness=20, angle=30, score=0.8, visible=0.9),
}


def reasons_against(face: "Face", quality_filter: str) -> list[str]:
    """Rekognition's reasons why a face misses the bar NONE, LOW, AUTO, MEDIUM or HIGH; none means it passes."""
    if quality_filter == "NONE":
        return []
    bar = _BARS[quality_filter]
    failed = {
        "SMALL_BOUNDING_BOX": max(face.box.width, face.box.height) < bar.longer_side,
        "LOW_SHARPNESS": face.sharpness < bar.sharpness,
        "LOW_BRIGHTNESS": face.brightness < bar.brightness,
        "EXTREME_POSE": max(abs(face.pose.yaw), abs(face.pose.pitch)) > bar.angle,
        "LOW_CONFIDENCE": face.score < bar.score,
        "LOW_FACE_QUALITY": face.visible < bar.visible,
    }
    return [reason for reason, fails in failed.items() if fails]
