"""Compute the memory that a picture needs from its header, before any pixel is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from pictures.errors import TooLargePictureError, UnreadablePictureError

if TYPE_CHECKING:
    from PIL import Image

    from pictures.jpeg import Jpeg

MB = 1_000_000
_BYTES_OF_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # Pillow takes 4 for all others
# What the decoders of these formats allocate for each pixel besides the picture, as measured.
_DECODER_BYTES = {"WEBP": 12, "AVIF": 12}
_SCALING = 0.4  # of a picture's bytes, while it is scaled down
_MAX_JPEG_PIXELS, _MAX_SCANS = 400 * MB, 100  # bound the time: 1 s for 100 million pixels
# No dictionary or window of a compression that the header of a strip could make large.
_TIFF_COMPRESSIONS = frozenset({1, 2, 3, 4, 5, 7, 8, 32_773, 32_946})


def check_before_opening(data: bytes, max_memory: int) -> None:
    """Refuse a large WebP: Pillow allocates its whole canvas three times as it opens it.

    Raises:
        TooLargePictureError: it needs more memory.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        width, height = _webp_size(data)
        _refuse_if_larger(width, height, width * height * (4 + _DECODER_BYTES["WEBP"]), max_memory)


def check_memory(opened: Image.Image, max_memory: int, *, keeps_size: bool) -> None:
    """Check what an opened picture needs when it is decoded and converted.

    Raises:
        TooLargePictureError: it needs more memory.
        UnreadablePictureError: a TIFF with a rare compression.
    """
    pixels = opened.width * opened.height
    raw = _BYTES_OF_MODE.get(opened.mode, 4)
    converted = 0 if opened.mode in {"L", "RGB"} else 1 if opened.mode[:1] in {"I", "F"} else 4
    copied = 4 if keeps_size else _SCALING * max(raw, converted)
    needed = round(pixels * (raw + converted + _DECODER_BYTES.get(str(opened.format), 0) + copied))
    _refuse_if_larger(*opened.size, needed + _tile_bytes(opened), max_memory)


def jpeg_scale(jpeg: Jpeg, max_memory: int, *, at_least_px: int | None) -> int:
    """Return the divisor, 1, 2, 4 or 8, at which the decoder makes a JPEG small enough.

    Args:
        jpeg: its structure.
        max_memory: in bytes.
        at_least_px: the longer side that is enough. The decoder keeps twice that: smaller pictures lose sharpness.

    Raises:
        TooLargePictureError: no divisor is enough.
    """
    width, height = jpeg.size
    if width * height > _MAX_JPEG_PIXELS:
        raise TooLargePictureError(f"too large: {width}x{height} px; the maximum is {_MAX_JPEG_PIXELS:,} pixels")
    if len(jpeg.scans) > _MAX_SCANS:
        raise TooLargePictureError(f"too many scans: {len(jpeg.scans)}; the maximum is {_MAX_SCANS}")
    bytes_of_pixel = {1: 5, 3: 8 if at_least_px is None else 6}.get(jpeg.components, 10)
    wanted = max(width, height) // (2 * at_least_px) if at_least_px else 1
    needed = 0
    for divisor in (1, 2, 4, 8):
        needed = 2 * jpeg.coefficients + (width // divisor + 1) * (height // divisor + 1) * bytes_of_pixel
        if needed <= max_memory and (2 * divisor > wanted or divisor == 8):
            return divisor
    return _refuse_if_larger(width, height, needed, max_memory)


def _refuse_if_larger(width: int, height: int, needed: int, max_memory: int) -> int:
    if needed > max_memory:
        raise TooLargePictureError(
            f"too large: to decode its {width}x{height} px takes {needed / MB:,.0f} MB; the maximum is "
            f"{max_memory / MB:,.0f} MB. Save it smaller, or as a baseline JPEG"
        )
    return needed


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the size of a WebP's canvas (RFC 9649)."""
    kind, body = data[12:16], data[20:34]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _tile_bytes(opened: Image.Image) -> int:
    """Return the bytes of one decoded tile or strip of a TIFF, which may be larger than the picture."""
    tags: Any = getattr(opened, "tag_v2", None)
    if tags is None:
        return 0
    if (compression := tags.get(259, 1)) not in _TIFF_COMPRESSIONS:
        raise UnreadablePictureError(f"a TIFF with compression {compression}. Save it with LZW or without compression")
    width, height = tags.get(322, opened.width), tags.get(323) or min(tags.get(278, opened.height), opened.height)
    bytes_of_pixel = max(1, sum(tags.get(258, (1,))) // 8) * (8 if compression == 7 else 1)
    return int(width * height * bytes_of_pixel)
