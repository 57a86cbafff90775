"""Files that senders call pictures."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tests.hostile.corpus import Accepted, Refused
from tests.support.tiff import tiff
from tests.unit.pictures.bombs import DECODED, REFUSED, png, resized_header, saved, tags

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

FACE = Image.effect_noise((120, 100), 60).convert("RGB")
JPEG = saved(FACE, "JPEG")
_PROGRESSIVE = saved(FACE, "JPEG", progressive=True)
_PNG = saved(FACE, "PNG")


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.jpg", JPEG)
    return file.getvalue()


def exif(orientation: int) -> bytes:
    tag = struct.pack("<HHII", 0x112, 3, 1, orientation)
    return saved(FACE, "JPEG", exif=b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + tag + bytes(4))


def is_of(picture_format: str, width: int = 120, height: int = 100) -> Accepted:
    return Accepted({"source_format": picture_format, "width_px": width, "height_px": height})


def gray(dtype: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return np.linspace(0, 200, 10_000).reshape(100, 100).astype(dtype)


_NONE = Refused("not an image in a supported format")
_BROKEN = Refused("broken image")
_JPEG = is_of("JPEG")
INPUTS: Corpus = {
    **{
        f"bomb, {name}": (make, Refused("too large|too many scans|its tags|compression|supported"))
        for name, make in REFUSED.items()
    },
    **{f"large, {name}": (DECODED[name], Accepted({})) for name in ("MPO of two pictures", "PNG near the limit")},
    "JPEG": (JPEG, _JPEG),
    "progressive JPEG": (_PROGRESSIVE, _JPEG),
    "PNG": (_PNG, is_of("PNG")),
    "WebP": (saved(FACE, "WEBP"), is_of("WEBP")),
    "AVIF": (saved(FACE, "AVIF"), is_of("AVIF")),
    "GIF": (saved(FACE, "GIF"), is_of("GIF")),
    "BMP": (saved(FACE, "BMP"), is_of("BMP")),
    "TIFF": (saved(FACE, "TIFF"), is_of("TIFF")),
    "TIFF of 16 bits": (tiff(gray(np.uint16)), is_of("TIFF", 100)),
    "TIFF of floats": (tiff(gray(np.float32)), is_of("TIFF", 100)),
    "TIFF of NaN": (tiff(np.full((100, 100), np.nan, np.float32)), is_of("TIFF", 100)),
    "TIFF of infinity": (tiff(np.full((100, 100), np.inf, np.float32)), is_of("TIFF", 100)),
    "empty": (b"", _NONE),
    "zeros": (bytes(1_000), _NONE),
    "text": (b"a.jpg", _NONE),
    "HTML": (b"<html><img src='a.jpg'></html>", _NONE),
    "SVG with an entity": (b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>', _NONE),
    "PDF": (b"%PDF-1.7\n" + JPEG, _NONE),
    "PostScript": (b"%!PS\n(/etc/passwd) (r) file", _NONE),
    "ZIP of a picture": (zipped, _NONE),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), Refused("not an image|broken")),
    "MP4": (b"\0\0\0\x18ftypisom" + bytes(100), Refused("not an image|broken")),
    "two bytes of a JPEG": (JPEG[:2], Refused("not an image|broken|JPEG")),
    "header of a JPEG": (JPEG[:200], _BROKEN),
    "half a JPEG": (JPEG[: len(JPEG) // 2], _BROKEN),
    "half a progressive JPEG": (_PROGRESSIVE[: len(_PROGRESSIVE) // 2], _BROKEN),
    "JPEG without its end": (JPEG[:-2], _JPEG),
    "JPEG with a program behind": (JPEG + b"<?php system($_GET[0]); ?>", _JPEG),
    "JPEG with a line break before": (b"\r\n" + JPEG, _JPEG),
    "JPEG of no size": (resized_header(JPEG, b"\xff\xc0", 0), _BROKEN),
    "JPEG turned": (exif(6), is_of("JPEG", 100, 120)),
    "JPEG turned 99 times": (exif(99), _JPEG),
    "JPEG with broken Exif": (saved(FACE, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), _JPEG),
    "JPEG with a comment of 60 KB": (saved(FACE, "JPEG", comment=b"\0<script>" * 6_000), _JPEG),
    "half a PNG": (_PNG[: len(_PNG) // 2], _BROKEN),
    "PNG of no size": (_PNG[:16] + bytes(8) + _PNG[24:], Refused("broken|not an image")),
    "PNG with a wrong checksum": (_PNG[:29] + b"\0\0\0\0" + _PNG[33:], Refused("broken|not an image")),
    "PNG without pixels": (png(100, 100)[:33], Refused("broken|not an image")),
    "half a WebP": (saved(FACE, "WEBP")[:400], Refused("broken|not an image")),
    "half a GIF": (saved(FACE, "GIF")[:400], Refused("broken|not an image")),
    "half a TIFF": (saved(FACE, "TIFF")[:400], Refused("broken|not an image|TIFF")),
    "TIFF of tags that point to themselves": (tags(10, 20), Refused("broken|too small|TIFF|tags")),
    "BMP of a negative size": (
        b"BM" + bytes(12) + struct.pack("<Iii", 40, -5, -5) + bytes(28),
        Refused("broken|not an"),
    ),
    "79 pixels": (saved(FACE.resize((79, 200)), "JPEG"), Refused("too small: 79x200 px; the minimum is 80")),
    "one pixel": (saved(FACE.resize((1, 1)), "PNG"), Refused("too small: 1x1")),
    "strip of 9,000 pixels": (saved(FACE.resize((9_000, 90)), "JPEG"), Refused("too small: 1920x19")),
    "CMYK": (saved(FACE.convert("CMYK"), "JPEG"), _JPEG),
    "palette with transparency": (saved(FACE.quantize(8), "PNG", transparency=0), is_of("PNG")),
    "black and white": (saved(FACE.convert("1"), "PNG"), is_of("PNG")),
}
# Half a minute in all. tests/unit/pictures/test_memory.py has them too.
SLOW = frozenset(
    {"bomb, TIFF, deflated", "bomb, AVIF", "bomb, PNG of 400 MB", "bomb, GIF", "bomb, WebP, lossless"}
).union(name for name in INPUTS if name.startswith("large, "))
