"""Decode a picture to RGB, upright, or refuse it before it takes too much memory."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from pictures.errors import BrokenPictureError, UnreadablePictureError
from pictures.exif import check_tags, orientation
from pictures.jpeg import is_jpeg, read_jpeg
from pictures.jpeg_wholeness import check_whole
from pictures.memory import MB, check_before_opening, check_memory, jpeg_scale
from pictures.tiff import correct_byte_order
from pictures.tones import brightened, to_8_bit, to_rgb

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")
# The memory for one picture, beside its file: of a function, and of a program that needs all its pixels.
SMALL_MEMORY, LARGE_MEMORY = 350 * MB, 600 * MB
MAX_FILE_BYTES = 150 * MB  # a scan of 25 million pixels with three channels of 16 bits
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_REDUCIBLE = frozenset({"L", "RGB", "RGBA", "LA", "CMYK"})
_CUT_OFF_GRAY = frozenset({128, (128, 128, 128)})
# Pillow warns of tags that it skips. Nobody can do anything about that.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
Image.MAX_IMAGE_PIXELS = None  # a JPEG of any size can be decoded at an eighth of it; pictures.memory has the limits


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture: RGB, upright. `scale` is less than 1 if it was decoded smaller than it is."""

    image: Image.Image
    format: str
    scale: float = 1.0


def decode(
    data: bytes, *, fit_px: int | None = None, max_memory: int = SMALL_MEMORY, needs_end: bool = False
) -> Picture:
    """Decode the first frame of a picture.

    Args:
        data: the file.
        fit_px: the longer side to scale a larger picture down to. Default: its own size.
        max_memory: in bytes. A JPEG that needs more is decoded at a half, a quarter or an eighth of its size.
        needs_end: whether to refuse a JPEG without its end mark: somebody may still write it.

    Raises:
        TooLargePictureError: it needs more memory.
        BrokenPictureError: its end is missing, or it is damaged.
        UnreadablePictureError: it is in no format of `FORMATS`.
    """
    with _as_unreadable(data):
        if is_jpeg(data):
            return _decode_jpeg(data, fit_px, max_memory, needs_end=needs_end)
        check_before_opening(data, max_memory)
        if not data.startswith((b"\x89PNG", b"GIF8", b"BM")):  # Pillow reads the tags of the others as it opens them
            check_tags(data)
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
        check_memory(opened, max_memory, keeps_size=fit_px is None)
        correct_byte_order(opened)
        has_16_bits = ";16" in str(getattr(opened, "tile", ""))
        opened.load()
        source_format, tags = str(opened.format), getattr(opened, "tag_v2", {})
        size = opened.size
        sample_format: Any = tags.get(339, (1,))
        image = to_8_bit(opened, is_negative=tags.get(262) == 0, is_unsigned=sample_format[0] == 1)
        rgb = _scaled_to_fit(to_rgb(_scaled_to_fit(image, fit_px)), fit_px)
        if has_16_bits:
            rgb = brightened(rgb)
        turn = 1 if source_format == "TIFF" else orientation(opened.info.get("exif", b""))  # Pillow turns a TIFF
        return Picture(_turned(rgb, turn), source_format, max(rgb.size) / max(size))


def _decode_jpeg(data: bytes, fit_px: int | None, max_memory: int, *, needs_end: bool) -> Picture:
    jpeg = read_jpeg(data)
    scale = jpeg_scale(jpeg, max_memory, at_least_px=fit_px)
    if not jpeg.is_closed:
        if needs_end:
            raise BrokenPictureError("its end is missing")
        check_whole(jpeg)
    opened = Image.open(io.BytesIO(jpeg.repaired(with_metadata=False)), formats=("JPEG",))
    width, height = jpeg.size
    if scale > 1:
        opened.draft(None, (max(1, width // scale), max(1, height // scale)))
    opened.load()
    if jpeg.is_closed and opened.getpixel((opened.width - 1, opened.height - 1)) in _CUT_OFF_GRAY:
        check_whole(jpeg)  # a decoder fills a scan that was cut off before its end with this gray
    rgb = to_rgb(_scaled_to_fit(opened, fit_px))
    return Picture(_turned(rgb, orientation(jpeg.exif)), "JPEG", max(rgb.size) / max(jpeg.size))


def _scaled_to_fit(image: Image.Image, fit_px: int | None) -> Image.Image:
    """Scale a large picture down if its mode allows that, so that later steps need little memory."""
    if fit_px and max(image.size) > fit_px and image.mode in _REDUCIBLE and "transparency" not in image.info:
        image.thumbnail((fit_px, fit_px), Image.Resampling.LANCZOS)
    return image


def _turned(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


@contextlib.contextmanager
def _as_unreadable(data: bytes) -> Iterator[None]:
    """Translate the errors of decoders, which raise anything: OSError, RuntimeError (AVIF), SyntaxError (PNG)."""
    try:
        yield
    except BrokenPictureError as error:
        raise BrokenPictureError(f"broken image: {error}") from error
    except UnreadablePictureError:
        raise
    except UnidentifiedImageError as error:
        if data.startswith((b"II*\0", b"MM\0*")):
            reason = "a TIFF with samples that cannot be read. Save it with 8 or 16 bits per channel"
            raise UnreadablePictureError(reason) from error
        raise UnreadablePictureError("not an image in a supported format: " + ", ".join(FORMATS)) from error
    except Exception as error:
        raise BrokenPictureError(f"broken image: {error}") from error
