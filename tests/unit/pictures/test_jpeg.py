"""JPEGs as hardware encoders write them are read, and those that were cut off are refused."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from pictures.decode import decode
from pictures.errors import BrokenPictureError
from pictures.jpeg import read_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

_NOISE = np.random.default_rng(1).integers(0, 256, (120, 160, 3)).astype(np.uint8)
PICTURE = Image.fromarray(_NOISE).resize((480, 360)).filter(ImageFilter.GaussianBlur(3))


def jpeg(**options: Any) -> bytes:
    file = io.BytesIO()
    PICTURE.save(file, "JPEG", **options)
    return file.getvalue()


PLAIN = jpeg(quality=85)
RESTARTS = jpeg(quality=85, restart_marker_rows=1)
PROGRESSIVE = jpeg(quality=85, progressive=True)
WITH_EXIF = jpeg(exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")


def without_tables(data: bytes) -> bytes:
    return re.sub(rb"(?s)\xff\xc4(\0\x1f.{29}|\0\xb5.{179})", b"", data)


def with_segments(*segments: bytes) -> bytes:
    return PLAIN[:2] + b"".join(segments) + PLAIN[2:]


def app(number: int, content: bytes) -> bytes:
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(content) + 2) + content


TAKEN = {
    "8 bytes after the end": PLAIN + b"\0\0\x12\x34dhav",
    "line break after the end": PLAIN + b"\r\n",
    "padding to a sector": PLAIN.ljust(65_536, b"\0"),
    "padding with ones": PLAIN + b"\xff" * 500,
    "padding before the start": b"\0" * 16 + PLAIN,
    "line break before the start": b"\r\n" + PLAIN,
    "fill bytes before markers": PLAIN.replace(b"\xff\xdb", b"\xff\xff\xff\xdb").replace(b"\xff\xda", b"\xff\xff\xda"),
    "fill bytes before the end": PLAIN[:-2] + b"\xff\xff\xff\xd9",
    "no end mark": PLAIN[:-2],
    "half an end mark": PLAIN[:-1],
    "a few bytes cut off": PLAIN[:-12],
    "zeros instead of the end": PLAIN[:-2] + b"\0" * 64,
    "no Huffman tables": without_tables(PLAIN),
    "no tables and no end": without_tables(PLAIN)[:-2],
    "two pictures": PLAIN + jpeg(quality=10),
    "the first of two without its end": PLAIN[:-2] + jpeg(quality=10),
    "garbage in application segments": with_segments(
        app(1, b"Exif\0\0garbage"), app(2, b"MPF\0\xff\xff"), app(13, b"Photoshop 3.0\08BIM\xff\xff\xff"),
        app(0, b"JF"), app(14, b"Adobe"), app(9, b"\xff\xd8\xff\xd9 a preview"),
    ),
    "garbage between segments": PLAIN.replace(b"\xff\xdb", b"\0\0garbage\0\xff\xdb"),
    "start mark twice": b"\xff\xd8" + PLAIN,
    "restart markers": RESTARTS,
    "restart markers without the end": RESTARTS[:-2],
    "progressive": PROGRESSIVE,
    "progressive without the end mark": PROGRESSIVE[:-2],
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_jpeg_of_a_hardware_encoder_is_read(name: str) -> None:
    found = decode(TAKEN[name]).image
    expected = decode(PROGRESSIVE if "progressive" in name else PLAIN).image
    assert found.size == PICTURE.size
    difference = np.asarray(ImageChops.difference(found, expected))
    assert difference[:-16].max() == 0  # the last row of blocks may be lost


@pytest.mark.parametrize("name", TAKEN)
def test_repaired_jpeg_has_tables_and_both_ends(name: str) -> None:
    repaired = read_jpeg(TAKEN[name]).repaired()
    assert repaired.startswith(b"\xff\xd8")
    assert repaired.endswith(b"\xff\xd9")
    assert b"\xff\xc4" in repaired
    again = read_jpeg(repaired)
    assert (again.is_closed, again.size, again.repaired()) == (True, PICTURE.size, repaired)


@pytest.mark.parametrize("data", [PLAIN, RESTARTS, PROGRESSIVE, WITH_EXIF])
def test_usual_jpeg_is_not_changed(data: bytes) -> None:
    assert read_jpeg(data).repaired() == data


CUT_OFF: dict[str, Callable[[float], bytes]] = {
    "cut off": lambda share: PLAIN[: int(share * len(PLAIN))],
    "cut off, then closed": lambda share: PLAIN[: int(share * len(PLAIN))] + b"\xff\xd9",
    "cut off between restarts": lambda share: RESTARTS[: int(share * len(RESTARTS))],
    "cut off and padded": lambda share: PLAIN[: int(share * len(PLAIN))].ljust(len(PLAIN), b"\0"),
    "progressive": lambda share: PROGRESSIVE[: int(share * len(PROGRESSIVE))],
}


@pytest.mark.parametrize("name", CUT_OFF)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.85])
def test_jpeg_that_was_cut_off_is_refused(name: str, share: float) -> None:
    with pytest.raises(BrokenPictureError, match=r"missing|has no"):
        decode(CUT_OFF[name](share))


def test_gray_picture_is_not_taken_for_one_that_was_cut_off() -> None:
    file = io.BytesIO()
    Image.new("RGB", (480, 360), (128, 128, 128)).save(file, "JPEG")
    assert decode(file.getvalue()).image.size == (480, 360)


def test_open_end_is_refused_while_it_may_be_written() -> None:
    with pytest.raises(BrokenPictureError, match="its end is missing"):
        decode(PLAIN[:-2], needs_end=True)
    assert decode(PLAIN, needs_end=True).format == "JPEG"
