"""Thumbnails, and the placeholder image of a case without pictures."""

import io
from functools import cache

from PIL import Image, ImageDraw

from pictures.decode import decode
from pictures.errors import UnreadablePictureError

_MAX_SIDE_PX = 120


def thumbnail(picture: bytes) -> bytes:
    """Make a JPEG with a longest side of 120 px. Unreadable bytes are returned unchanged."""
    try:
        return encode(decode(picture, fit_px=_MAX_SIDE_PX).image, "JPEG")
    except UnreadablePictureError:
        return picture


@cache
def placeholder() -> bytes:
    """Draw a gray PNG of 120x120 px: a head and shoulders that detectors do not take for a face."""
    image = Image.new("RGB", (_MAX_SIDE_PX, _MAX_SIDE_PX), "#d8d8d8")
    draw = ImageDraw.Draw(image)
    draw.ellipse((42, 24, 78, 64), fill="#b0b0b0")
    draw.ellipse((22, 72, 98, 168), fill="#b0b0b0")
    return encode(image, "PNG")


def encode(image: Image.Image, media: str) -> bytes:
    """Encode an image in a format of Pillow."""
    file = io.BytesIO()
    image.save(file, media)
    return file.getvalue()
