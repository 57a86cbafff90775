"""Tell which of a photo's faces is clearly its subject, by size, position and sharpness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_rekognition.type_defs import FaceDetailTypeDef

# A rival with less than this share of the subject's area is in the background, whatever else it is ...
_BACKGROUND_AREA = 0.5
# ... and one with more than this is beside it.
_BESIDE_AREA = 0.8
# How much farther from the middle a face is that the photographer did not mean, in halves of the photo's width, and the
# share of the subject's sharpness that it has.
_ASIDE, _BLURRED = 0.3, 0.6


@dataclass(frozen=True, kw_only=True)
class FaceInPhoto:
    """A face of a photo. The box is in fractions of the photo's width and height. `sharpness` is 0 to 100."""

    left: float
    top: float
    width: float
    height: float
    sharpness: float = 100.0

    @property
    def area(self) -> float:
        """The share of the photo."""
        return self.width * self.height

    @property
    def aside(self) -> float:
        """The distance from the middle, in halves of the photo's width and height."""
        across, down = self.left + self.width / 2 - 0.5, self.top + self.height / 2 - 0.5
        return 2 * math.hypot(across, down)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height."""
        return self.left, self.top, self.width, self.height


def face_of(detail: FaceDetailTypeDef) -> FaceInPhoto:
    """Read a face from Rekognition's answer."""
    box = detail.get("BoundingBox", {})
    return FaceInPhoto(
        left=box.get("Left", 0.0),
        top=box.get("Top", 0.0),
        width=box.get("Width", 0.0),
        height=box.get("Height", 0.0),
        sharpness=detail.get("Quality", {}).get("Sharpness", 100.0),
    )


def is_clear_subject(face: FaceInPhoto, rivals: Iterable[FaceInPhoto]) -> bool:
    """Whether the largest face is clearly the photo's subject.

    Size alone decides neither way. A rival with at least half of the area is set aside only if it is both off the
    middle and blurred. A smaller one is a rival after all if it is in the middle and sharp, and the largest is neither:
    then the largest is somebody who stands in front.
    """
    return all(_is_set_aside(rival, face) for rival in rivals)


def _is_set_aside(rival: FaceInPhoto, subject: FaceInPhoto) -> bool:
    if rival.area < _BACKGROUND_AREA * subject.area:
        return not _is_by_the_way(subject, rival)
    return rival.area < _BESIDE_AREA * subject.area and _is_by_the_way(rival, subject)


def _is_by_the_way(face: FaceInPhoto, other: FaceInPhoto) -> bool:
    """Whether the face is off the middle and blurred compared with the other."""
    return face.aside > other.aside + _ASIDE and face.sharpness < _BLURRED * other.sharpness
