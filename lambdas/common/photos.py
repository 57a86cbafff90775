"""The bytes of a photo, made safe: what it is by content, upright, without metadata, no larger than is of use."""

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

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")
# The largest file that a source, a feed or a folder may deliver as a photo.
MAX_PHOTO_BYTES = 25_000_000
_MOST_PIXELS = 60_000_000
# Rekognition finds a face from 40 px in an image of 1920x1080 and takes no more than 4096 px a side as useful detail.
_LONGEST_SIDE_PX = 1920
_QUALITY = 92
_SMALLEST_SIDE_PX = 80  # IndexFaces refuses smaller images


class UnusablePhotoError(ValueError):
    """The bytes are no picture that could be enrolled; the text says why."""


@dataclass(frozen=True, kw_only=True)
class PreparedPhoto:
    """A picture as the gallery stores it. `source_sha256` is that of the bytes the source gave."""

    jpeg: bytes
    width_px: int
    height_px: int
    source_format: str
    source_sha256: str


def prepare_photo(data: bytes) -> PreparedPhoto:
    """Decode whatever the source gave, and encode it anew as an upright JPEG with no metadata.

    Raises:
        UnusablePhotoError: no image, a truncated one, one of more than 60 million pixels, or one below 80 px a side.
    """
    image, source_format = _decoded(data)
    image.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
    if min(image.size) < _SMALLEST_SIDE_PX:
        raise UnusablePhotoError(f"too small: {image.width}x{image.height} px, at least {_SMALLEST_SIDE_PX} a side")
    image.info.clear()  # a comment in it would be written again
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
    """The first frame, upright, in RGB on white where it was transparent."""
    with _as_unusable():
        opened = _opened(data)
        source_format = str(opened.format)
        # A large JPEG is decoded at half, a quarter or an eighth of its size, which is as good and far cheaper.
        opened.draft("RGB", (2 * _LONGEST_SIDE_PX, 2 * _LONGEST_SIDE_PX))
        opened.load()
        return _on_white(ImageOps.exif_transpose(opened)), source_format


def _opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow only warns of a picture that is too large; here its size is checked, before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    if opened.width * opened.height > _MOST_PIXELS:
        raise UnusablePhotoError(f"too large: {opened.width}x{opened.height} px")
    return opened


@contextlib.contextmanager
def _as_unusable() -> Iterator[None]:
    """A broken picture makes a decoder fail in many ways, most often with OSError for a truncated one."""
    try:
        yield
    except UnusablePhotoError:
        raise
    except UnidentifiedImageError as error:
        raise UnusablePhotoError("not an image that we know: " + ", ".join(_FORMATS)) from error
    except Image.DecompressionBombError as error:
        raise UnusablePhotoError(f"too large: {error}") from error
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError) as error:
        raise UnusablePhotoError(f"a broken image: {error}") from error


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        canvas = Image.new("RGB", layer.size, "white")
        canvas.paste(layer, mask=layer)
        return canvas
    return image.convert("RGB")
