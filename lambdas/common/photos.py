"""Normalize a photo: decode it by content, rotate it upright, strip its metadata, and scale it down."""

from __future__ import annotations

import contextlib
import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")
# The largest file that a source, a feed or a folder may deliver as a photo.
MAX_PHOTO_BYTES = 25_000_000
_MAX_PIXELS = 60_000_000
# Rekognition finds a face of 40 px in an image of 1920x1080, and ignores detail beyond 4096 px a side.
_MAX_SIDE_PX = 1920
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
        UnusablePhotoError: not an image, truncated, more than 60 million pixels, or less than 80 px a side.
    """
    image, source_format = _decoded(data)
    image.thumbnail((_MAX_SIDE_PX, _MAX_SIDE_PX), Image.Resampling.LANCZOS)
    if min(image.size) < _MIN_SIDE_PX:
        raise UnusablePhotoError(f"too small: {image.width}x{image.height} px; the minimum is {_MIN_SIDE_PX} a side")
    image.info.clear()  # or Pillow writes its comment again
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=_QUALITY, optimize=True)
    return PreparedPhoto(
        jpeg=encoded.getvalue(),
        width_px=image.width,
        height_px=image.height,
        source_format=source_format,
        source_sha256=hashlib.sha256(data).hexdigest(),
    )


def _decoded(data: bytes) -> tuple[Image.Image, str]:
    """Decode the first frame, upright, in RGB on a white background."""
    with _as_unusable():
        opened = _opened(data)
        source_format = str(opened.format)
        # Decode a large JPEG at a half, a quarter or an eighth of its size: as good, and far cheaper.
        opened.draft("RGB", (2 * _MAX_SIDE_PX, 2 * _MAX_SIDE_PX))
        opened.load()
        return _on_white(ImageOps.exif_transpose(opened)), source_format


def _opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow only warns about a large picture. The check below refuses it before it is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    if opened.width * opened.height > _MAX_PIXELS:
        raise UnusablePhotoError(f"too large: {opened.width}x{opened.height} px")
    return opened


@contextlib.contextmanager
def _as_unusable() -> Iterator[None]:
    """Translate the many errors of a decoder, such as OSError for a truncated picture."""
    try:
        yield
    except UnusablePhotoError:
        raise
    except UnidentifiedImageError as error:
        raise UnusablePhotoError("not an image in a supported format: " + ", ".join(_FORMATS)) from error
    except Image.DecompressionBombError as error:
        raise UnusablePhotoError(f"too large: {error}") from error
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError) as error:
        raise UnusablePhotoError(f"broken image: {error}") from error


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        canvas = Image.new("RGB", layer.size, "white")
        canvas.paste(layer, mask=layer)
        return canvas
    return image.convert("RGB")
