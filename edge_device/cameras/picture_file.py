"""Reads pictures by their content, and tells a whole picture from one that is still written."""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BYTES = 50_000_000
_MAX_PIXELS = 60_000_000
_DECODER_ERRORS = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error)


class NotAPictureError(ValueError):
    """The data is no picture that can be read. The text says why."""


class IncompletePictureError(NotAPictureError):
    """The data begins like a picture, but cannot be decoded to its end."""


def decode(data: bytes) -> NDArray[np.uint8]:
    """Decode a picture upright, as BGR.

    Raises:
        NotAPictureError: no picture, or too large.
        IncompletePictureError: the end is missing or damaged.
    """
    opened = _opened(data)
    if opened.width * opened.height > _MAX_PIXELS:
        raise NotAPictureError(f"too large: {opened.width}x{opened.height} px")
    try:
        opened.load()  # OpenCV would fill the missing part of a picture with gray
    except _DECODER_ERRORS as error:
        raise IncompletePictureError(str(error)) from error
    # OpenCV keeps the tones of pictures with 16 bits.
    decoded: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        decoded = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))[:, :, ::-1]
    return np.ascontiguousarray(decoded, np.uint8)


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `decode` has its own limit
            return Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NotAPictureError("not a picture in a known format") from error
    except _DECODER_ERRORS as error:
        raise IncompletePictureError(str(error)) from error
