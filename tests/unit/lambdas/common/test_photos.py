"""Photos, normalized or refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.common.photos import UnusablePhotoError, prepare_photo

if TYPE_CHECKING:
    from collections.abc import Callable


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_every_supported_format_becomes_a_jpeg(picture: Callable[..., bytes], file_format: str) -> None:
    photo = prepare_photo(picture(file_format=file_format))
    assert (photo.source_format, opened(photo.jpeg).format) == (file_format, "JPEG")
    assert (photo.width_px, photo.height_px) == (200, 240)


def test_photo_is_rotated_upright_and_loses_its_metadata() -> None:
    image = Image.new("RGB", (300, 200), "red")
    image.paste("blue", (0, 0, 150, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90 degrees clockwise
    exif[0x010E] = "taken at 47.5 N 123.2 W"
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", exif=exif, comment=b"a comment")
    photo = opened(prepare_photo(encoded.getvalue()).jpeg)
    assert photo.size == (200, 300)
    top = photo.crop((0, 0, 200, 100)).resize((1, 1)).tobytes()
    assert top[2] > top[0], "the left half, which is blue, must be on top"
    assert not photo.getexif()
    assert b"47.5" not in prepare_photo(encoded.getvalue()).jpeg
    assert "comment" not in photo.info


def test_large_picture_is_scaled_down(picture: Callable[..., bytes]) -> None:
    photo = prepare_photo(picture(size=(4000, 3000)))
    assert (photo.width_px, photo.height_px) == (1920, 1440)


def test_transparency_becomes_white() -> None:
    encoded, picture = io.BytesIO(), Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 20, 20))
    picture.save(encoded, "PNG")
    assert opened(prepare_photo(encoded.getvalue()).jpeg).getpixel((50, 50)) == (255, 255, 255)


def test_alpha_channel_that_is_empty_is_ignored() -> None:
    encoded = io.BytesIO()
    Image.new("RGBA", (100, 100), (10, 200, 30, 0)).save(encoded, "PNG")
    assert opened(prepare_photo(encoded.getvalue()).jpeg).getpixel((50, 50)) == pytest.approx((10, 200, 30), abs=3)


def test_other_color_modes_become_rgb() -> None:
    for mode in ("I;16", "P", "L", "1", "CMYK"):
        encoded = io.BytesIO()
        Image.new(mode, (100, 100)).save(encoded, "TIFF")
        assert opened(prepare_photo(encoded.getvalue()).jpeg).mode == "RGB"


def test_same_bytes_give_the_same_photo(picture: Callable[..., bytes]) -> None:
    assert prepare_photo(picture(3)) == prepare_photo(picture(3))


def test_truncated_bytes_are_refused(picture: Callable[..., bytes]) -> None:
    whole = picture(size=(400, 400))
    with pytest.raises(UnusablePhotoError, match="broken image"):
        prepare_photo(whole[: len(whole) // 2])


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>", b"%PDF-1.7", b"<svg xmlns='x'/>", b"\xff\xd8\xff"])
def test_data_that_is_not_an_image_is_refused(data: bytes) -> None:
    with pytest.raises(UnusablePhotoError, match=r"not an image|broken image"):
        prepare_photo(data)


def test_too_small_picture_is_refused(picture: Callable[..., bytes]) -> None:
    with pytest.raises(UnusablePhotoError, match="too small: 79x200 px"):
        prepare_photo(picture(size=(79, 200)))


def png_header(width: int, height: int) -> bytes:
    """Build a small PNG whose header declares this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 20_000, 60_000])
def test_decompression_bomb_is_refused_undecoded(side: int) -> None:
    with pytest.raises(UnusablePhotoError, match="too large"):
        prepare_photo(png_header(side, side))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_corrupt_bytes_are_decoded_or_refused_with_reason(data: st.DataObject) -> None:
    encoded = io.BytesIO()
    Image.new("RGB", (96, 96), "green").save(
        encoded, data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"]))
    )
    corrupt = bytearray(encoded.getvalue())
    for position in data.draw(st.lists(st.integers(0, len(corrupt) - 1), max_size=12)):
        corrupt[position] = data.draw(st.integers(0, 255))
    try:
        jpeg = prepare_photo(bytes(corrupt)).jpeg
    except UnusablePhotoError:
        return
    assert opened(jpeg).format == "JPEG"
