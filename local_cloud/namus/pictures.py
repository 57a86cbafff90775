"""Thumbnails, and the placeholder of a case without pictures."""

import io
from functools import cache

from PIL import Image, ImageDraw, UnidentifiedImageError

_LONGEST_SIDE_PX = 120


def thumbnail(picture: bytes) -> bytes:
    """A JPEG with a longest side of 120 px; bytes that are no picture come back as they are."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            small = opened.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return picture
    small.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    return encoded(small, "JPEG")


@cache
def placeholder() -> bytes:
    """A grey PNG of 120x120 px, with a head and shoulders that no detector takes for a face."""
    image = Image.new("RGB", (_LONGEST_SIDE_PX, _LONGEST_SIDE_PX), "#d8d8d8")
    draw = ImageDraw.Draw(image)
    draw.ellipse((42, 24, 78, 64), fill="#b0b0b0")
    draw.ellipse((22, 72, 98, 168), fill="#b0b0b0")
    return encoded(image, "PNG")


def encoded(image: Image.Image, media: str) -> bytes:
    """The image as a file of this format."""
    file = io.BytesIO()
    image.save(file, media)
    return file.getvalue()
