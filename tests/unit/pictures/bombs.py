"""Small files that ask for much memory."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tests.support.tiff import tiff

if TYPE_CHECKING:
    from collections.abc import Callable


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def png(width: int, height: int, *, further: bytes = b"") -> bytes:
    """A PNG of one color, one byte per row when it is compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = zlib.compress(b"\0" * (3 * width + 1) * height, 1)
    return b"\x89PNG\r\n\x1a\n" + header + (chunk(b"eXIf", further) if further else b"") + chunk(b"IDAT", pixels)


def webp(canvas: int) -> bytes:
    """An animated WebP whose one frame has 16 pixels."""
    frame = saved(Image.new("RGB", (16, 16)), "WEBP", lossless=True)[12:]

    def three(number: int) -> bytes:
        return struct.pack("<I", number)[:3]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data

    body = chunk(b"VP8X", b"\x02\0\0\0" + three(canvas - 1) * 2) + chunk(b"ANIM", bytes(6))
    body += chunk(b"ANMF", three(0) * 2 + three(15) * 2 + three(10) + b"\0" + frame)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def resized_header(jpeg: bytes, marker: bytes, side: int) -> bytes:
    """The JPEG with another size in its frame header."""
    at = jpeg.index(marker) + 5
    return jpeg[:at] + struct.pack(">HH", side, side) + jpeg[at + 4 :]


def tags(count: int, size: int) -> bytes:
    """A TIFF, or Exif data, with tags that all point to the same bytes."""
    entries = [struct.pack("<HHII", number, 4, 1, value) for number, value in ((256, 90), (257, 90), (262, 1))]
    entries += [struct.pack("<HHII", 1000 + number, 7, size, 8) for number in range(count)]
    head = b"II*\0" + struct.pack("<I", 8 + size) + bytes(size)
    return head + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


_SMALL = saved(Image.new("RGB", (64, 64)), "JPEG")
_SMALL_PROGRESSIVE = saved(Image.new("RGB", (64, 64)), "JPEG", progressive=True)
_SCAN = _SMALL_PROGRESSIVE[_SMALL_PROGRESSIVE.index(b"\xff\xda") : -2]

REFUSED: dict[str, Callable[[], bytes]] = {
    "PNG of 400 MB": lambda: png(11_000, 9_000),
    "WebP of 4 GB in 90 bytes": lambda: webp(16_383),
    "WebP, lossless": lambda: saved(Image.new("L", (6_000, 5_000)), "WEBP", lossless=True, method=0, quality=0),
    "GIF": lambda: saved(Image.new("P", (12_000, 8_000)), "GIF"),
    "TIFF, deflated": lambda: tiff(np.zeros((20_000, 20_000), np.uint8), deflated=True),
    "TIFF with a tile of 1.6 GB": lambda: tiff(np.zeros((90, 90), np.uint8), deflated=True, t322=40_000, t323=40_000),
    "TIFF with the same data 60,000 times": lambda: tags(60_000, 200_000),
    "TIFF with a large dictionary": lambda: saved(Image.new("L", (90, 90)), "TIFF", compression="lzma"),
    "JPEG of 65,500 pixels a side": lambda: resized_header(_SMALL, b"\xff\xc0", 65_500),
    "progressive JPEG": lambda: resized_header(_SMALL_PROGRESSIVE, b"\xff\xc2", 12_000),
    "progressive JPEG with 500 scans": lambda: _SMALL_PROGRESSIVE[:-2] + _SCAN * 500 + b"\xff\xd9",
    "AVIF": lambda: saved(Image.new("RGB", (5_000, 4_800)), "AVIF", speed=10),
    "EPS, which Pillow gives to another program": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "ICNS": lambda: saved(Image.new("RGB", (64, 64)), "ICNS"),
}
# These are decoded: at a reduced size, or without the part that is the bomb.
DECODED: dict[str, Callable[[], bytes]] = {
    "JPEG of 300 million pixels": lambda: saved(Image.new("L", (20_000, 15_000)), "JPEG", quality=10),
    "MPO of two pictures": lambda: saved(
        Image.new("RGB", (6_000, 5_000)), "MPO", save_all=True, append_images=[Image.new("RGB", (6_000, 5_000))]
    ),
    "PNG near the limit": lambda: png(7_800, 7_800),
    "animated WebP near the limit": lambda: webp(4_400),
    "JPEG with Exif data of 70 MB": lambda: saved(
        Image.new("RGB", (90, 90)), "JPEG", exif=b"Exif\0\0" + tags(3_500, 20_000)
    ),
    "PNG with Exif data of 60 GB": lambda: png(90, 90, further=tags(60_000, 1_000_000)),
}
