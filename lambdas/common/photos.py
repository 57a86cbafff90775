"""Normalize a photo: decode it by content, rotate it upright, strip its metadata, and scale it down."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from pictures.decode import decode
from pictures.errors import UnreadablePictureError

# The largest file that a source, a feed or a folder may deliver as a photo.
MAX_PHOTO_BYTES = 25_000_000
# Rekognition finds a face of 40 px in an image of 1920x1080, and ignores detail beyond 4096 px a side.
MAX_SIDE_PX = 1920
_QUALITY = 92
_MIN_SIDE_PX = 80  # IndexFaces refuses smaller images


class UnusablePhotoError(ValueError):
    """The bytes cannot be enrolled as a photo. The message says why."""


@dataclass(frozen=True, kw_only=True)
class PreparedPhoto:
    """A normalized photo. `source_sha256` is the digest of the original bytes."""

    jpeg: bytes
    width_px: int
    height_px: int
    source_format: str
    source_sha256: str


def prepare_photo(data: bytes) -> PreparedPhoto:
    """Convert an image of any format to an upright JPEG without metadata.

    Raises:
        UnusablePhotoError: not an image, cut off, too large to decode in 350 MB of memory, or less than 80 px a side.
    """
    try:
        picture = decode(data, fit_px=MAX_SIDE_PX)
    except UnreadablePictureError as error:
        raise UnusablePhotoError(str(error)) from error
    image = picture.image
    if min(image.size) < _MIN_SIDE_PX:
        raise UnusablePhotoError(f"too small: {image.width}x{image.height} px; the minimum is {_MIN_SIDE_PX} a side")
    image.info.clear()  # or Pillow writes its comment again
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=_QUALITY, optimize=True)
    return PreparedPhoto(
        jpeg=encoded.getvalue(),
        width_px=image.width,
        height_px=image.height,
        source_format=picture.format,
        source_sha256=hashlib.sha256(data).hexdigest(),
    )
