"""Reads pictures by their content, as BGR, upright and at their own resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pictures.decode import LARGE_MEMORY, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_STRIP_PX = 256


def decode_bgr(data: bytes, *, needs_end: bool = False) -> NDArray[np.uint8]:
    """Decode a picture. `needs_end` refuses a JPEG whose end mark is missing, although the rest is whole.

    Raises:
        UnreadablePictureError: no picture, or too large.
        BrokenPictureError: the end is missing or damaged.
    """
    return to_bgr(decode(data, max_memory=LARGE_MEMORY, needs_end=needs_end).image)


def to_bgr(image: Image.Image) -> NDArray[np.uint8]:
    """Copy an RGB image, strip by strip: all at once, Pillow would take three copies."""
    copied = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_PX):
        strip = image.crop((0, top, image.width, min(image.height, top + _STRIP_PX)))
        copied[top : top + _STRIP_PX] = np.asarray(strip)[:, :, ::-1]
    return copied
