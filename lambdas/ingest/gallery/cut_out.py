"""Cut one face out of a photo with several, so that Rekognition sees no other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Left, top, width and height in fractions of the photo."""

_MARGIN = 0.6  # of the face's size on each side: Rekognition does worse on tight crops
_MIN_SIDE_PX = 160  # Rekognition refuses less than 80 px
_GRAY = (128, 128, 128)


def cut_out(photo: bytes, boxes: Sequence[Box], number: int) -> bytes:
    """Return the face in `boxes[number]` with its surroundings as JPEG. The other faces are painted over.

    Raises:
        UnreadablePictureError: the photo is no picture.
    """
    # Few photos have several faces; a cold start for the others does not import Pillow.
    from PIL import Image, ImageDraw  # noqa: PLC0415

    from lambdas.common.photos import MAX_SIDE_PX  # noqa: PLC0415
    from pictures.decode import decode  # noqa: PLC0415

    image = decode(photo, fit_px=MAX_SIDE_PX).image.convert("RGB")
    face = image.crop(_pixels(boxes[number], image.size, margin=0.1))
    paint = ImageDraw.Draw(image)
    for index, box in enumerate(boxes):
        if index != number:
            paint.rectangle(_pixels(box, image.size, margin=0.1), fill=_GRAY)
    image.paste(face, _pixels(boxes[number], image.size, margin=0.1)[:2])
    cut = image.crop(_pixels(boxes[number], image.size, margin=_MARGIN))
    if (smaller := min(cut.size)) < _MIN_SIDE_PX:
        scale = _MIN_SIDE_PX / smaller
        cut = cut.resize((round(cut.width * scale), round(cut.height * scale)), Image.Resampling.BICUBIC)
    encoded = io.BytesIO()
    cut.save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


def _pixels(box: Box, size: tuple[int, int], *, margin: float) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in pixels, with a margin in shares of the box, within the photo."""
    left, top, width, height = box
    return (
        max(0, round((left - margin * width) * size[0])),
        max(0, round((top - margin * height) * size[1])),
        min(size[0], max(1, round((left + (1 + margin) * width) * size[0]))),
        min(size[1], max(1, round((top + (1 + margin) * height) * size[1]))),
    )
