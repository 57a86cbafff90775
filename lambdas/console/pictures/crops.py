"""Cut pictures so that two of them can be compared: upright, at the same scale, with the eyes in the same place."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from lambdas.console.pictures.links import Crop
from pictures.decode import decode

if TYPE_CHECKING:
    from lambdas.console.pictures.faces import Face

_MAX_SIDE_PX = 1920
_SIZES = {Crop.FACE: (480, 600), Crop.CLOSE: (480, 600), Crop.THUMB: (96, 120), Crop.WHOLE: (1200, 1200)}
# The distance of the eyes as a share of the width, and where the point between them is.
_EYES_APART = {Crop.FACE: 0.24, Crop.CLOSE: 0.44, Crop.THUMB: 0.36}
_BETWEEN_EYES = (0.5, 0.42)
# Without eyes, the box of the face tells: it is about 2.2 times as wide as the eyes are apart.
_BOX_PER_EYES, _EYES_IN_BOX = 2.2, 0.4
_BEYOND = (128, 128, 128)


def cropped(data: bytes, crop: Crop, face: Face | None) -> bytes:
    """Return a JPEG without metadata. Without a face, the picture is whole.

    Raises:
        UnreadablePictureError: the picture cannot be decoded within the memory of a function.
    """
    image = decode(data, fit_px=_MAX_SIDE_PX).image
    size = _SIZES[crop]
    if crop is Crop.WHOLE:
        image.thumbnail(size)
    elif face is None:
        image = ImageOps.pad(image, size, color=_BEYOND)
    else:
        image = _aligned(image, size, _EYES_APART[crop], face)
    image.info.clear()
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def _aligned(image: Image.Image, size: tuple[int, int], eyes_apart: float, face: Face) -> Image.Image:
    """Turn, scale and move the picture so that the eyes come to their place. What is beyond the picture is gray."""
    left_x, left_y, right_x, right_y = _eyes_px(image, face)
    apart = math.hypot(right_x - left_x, right_y - left_y) or 1.0
    scale = apart / (eyes_apart * size[0])  # pixels of the picture for one of the result
    reduced = max(1, int(scale))
    if reduced > 1:  # the transformation looks at few pixels; without this, fine detail would flicker
        image = image.reduce(reduced)
        left_x, left_y, right_x, right_y = (each / reduced for each in (left_x, left_y, right_x, right_y))
        scale /= reduced
    angle = math.atan2(right_y - left_y, right_x - left_x)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    center_x, center_y = (left_x + right_x) / 2, (left_y + right_y) / 2
    out_x, out_y = _BETWEEN_EYES[0] * size[0], _BETWEEN_EYES[1] * size[1]
    matrix = (cos, -sin, center_x - cos * out_x + sin * out_y, sin, cos, center_y - sin * out_x - cos * out_y)
    return image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=_BEYOND)


def _eyes_px(image: Image.Image, face: Face) -> tuple[float, float, float, float]:
    width, height = image.size
    if face.eyes:
        left_x, left_y, right_x, right_y = face.eyes
        return left_x * width, left_y * height, right_x * width, right_y * height
    left, top, box_width, box_height = face.box
    middle, half = (left + box_width / 2) * width, box_width * width / _BOX_PER_EYES / 2
    eye_line = (top + _EYES_IN_BOX * box_height) * height
    return middle - half, eye_line, middle + half, eye_line
