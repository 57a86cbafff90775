"""Scans of any depth, byte order and color space keep their tones."""

from __future__ import annotations

import io
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from pictures.decode import decode
from pictures.errors import UnreadablePictureError
from tests.support.tiff import CMYK, WHITE_IS_ZERO, tiff

_Y, _X = np.mgrid[0:90, 0:130]
RAMP: npt.NDArray[np.float64] = (_X + _Y) / (_X + _Y).max()
GRAY = np.repeat(RAMP[..., None], 3, 2)
COLORS = np.stack([RAMP, RAMP[::-1], 1 - RAMP], 2)
# The largest value that the tones reach: the whole range of the type, or less.
GRAY_SCANS = {
    "16 bits": (np.uint16, 65_535),
    "12 of 16 bits": (np.uint16, 4_095),
    "16 bits with sign": (np.int16, 32_767),
    "32 bits": (np.uint32, 2**32 - 1),
    "16 of 32 bits": (np.uint32, 65_535),
    "32 bits with sign": (np.int32, 2**31 - 1),
    "float, 0 to 1": (np.float32, 1.0),
    "float, 0 to 255": (np.float32, 255.0),
    "double": (np.float64, 1.0),
}
Order = Literal["<", ">"]


def tones(data: bytes) -> npt.NDArray[np.float64]:
    return np.asarray(decode(data).image, np.float64) / 255


def differ(found: npt.NDArray[Any], expected: npt.NDArray[Any]) -> float:
    """Return the largest difference of two tones. `pytest.approx` takes a hundred times as long."""
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max())


def png(picture: npt.NDArray[Any]) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


@pytest.mark.parametrize("scan", GRAY_SCANS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("deflated", [False, True])
def test_gray_tiff_keeps_its_tones(scan: str, order: Order, *, deflated: bool) -> None:
    kind, highest = GRAY_SCANS[scan]
    samples = (RAMP * highest).astype(kind)
    assert differ(tones(tiff(samples, order=order, deflated=deflated)), GRAY) <= 0.03
    negative = tones(tiff(samples, order=order, deflated=deflated, photometric=WHITE_IS_ZERO))
    assert differ(negative, 1 - GRAY) <= 0.03


@pytest.mark.parametrize(("kind", "highest"), [(np.uint8, 255), (np.uint16, 65_535), (np.uint16, 4_095)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_color_tiff_keeps_its_tones(kind: Any, highest: int, order: Order) -> None:
    assert differ(tones(tiff((COLORS * highest).astype(kind), order=order)), COLORS) <= 0.07


@pytest.mark.parametrize(("kind", "highest"), [(np.uint8, 255), (np.uint16, 65_535)])
def test_cmyk_tiff_keeps_its_tones(kind: Any, highest: int) -> None:
    inks = np.concatenate([1 - COLORS, np.zeros_like(RAMP)[..., None]], 2)
    assert differ(tones(tiff((inks * highest).astype(kind), photometric=CMYK)), COLORS) <= 0.02


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_of_16_bits_keeps_its_tones(channels: int) -> None:
    picture = RAMP if channels == 1 else COLORS[..., ::-1]  # OpenCV has blue first
    if channels == 4:
        picture = np.concatenate([picture, np.ones_like(RAMP)[..., None]], 2)
    expected = GRAY if channels == 1 else COLORS
    assert differ(tones(png((picture * 65_535).astype(np.uint16))), expected) <= 0.01


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "WEBP"), ("CMYK", "JPEG"), ("LAB", "TIFF"),
     ("P", "TIFF"), ("L", "BMP"), ("RGB", "AVIF")],
)  # fmt: skip
def test_other_modes_keep_their_tones(mode: str, file_format: str) -> None:
    image = Image.fromarray((GRAY * 255).astype(np.uint8))
    if mode == "LAB":  # lightness, and no color
        image = Image.merge("LAB", [image.getchannel(0), *[Image.new("L", image.size, 128)] * 2])
    else:
        image = image.quantize(256) if mode == "P" else image.convert(mode)
    expected = GRAY if mode != "LAB" else None
    found = tones(saved(image, file_format))
    if expected is None:
        assert found[0, 0].mean() < 0.05
        assert found[-1, -1].mean() > 0.95
    else:
        assert differ(found, expected) <= 0.12


def test_picture_of_one_bit_is_black_and_white() -> None:
    image = Image.new("1", (90, 90))
    image.paste(1, (0, 0, 45, 90))
    found = tones(saved(image, "TIFF", compression="group4"))
    assert (found[50, 10].mean(), found[50, 80].mean()) == (1.0, 0.0)


def test_outliers_and_nan_do_not_change_the_tones() -> None:
    scan = RAMP.astype(np.float32)
    scan[0, :4] = [np.nan, np.inf, -np.inf, 1e30]
    assert differ(tones(tiff(scan))[1:], GRAY[1:]) <= 0.03


@pytest.mark.parametrize("value", [0, 700, 65_535])
def test_scan_of_one_tone_is_read(value: int) -> None:
    assert decode(tiff(np.full((90, 90), value, np.uint32))).image.size == (90, 90)
    assert decode(tiff(np.full((90, 90), value, np.uint16))).image.size == (90, 90)


@pytest.mark.parametrize("order", ["<", ">"])
def test_scan_is_turned_upright(order: Order) -> None:
    scan = (RAMP * 65_535).astype(np.uint16)
    upright = np.rot90(GRAY, -1)
    assert differ(tones(tiff(scan, order=order, t274=6)), upright) <= 0.02


@pytest.mark.parametrize(
    ("file_format", "orientation"), [("JPEG", 6), ("PNG", 8), ("WEBP", 3), ("AVIF", 6), ("JPEG", 5)]
)
def test_orientation_of_exif_data_is_kept(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray((GRAY * 255).astype(np.uint8))
    turned = {3: np.rot90(GRAY, 2), 5: GRAY.transpose(1, 0, 2), 6: np.rot90(GRAY, -1), 8: np.rot90(GRAY)}
    assert differ(tones(saved(image, file_format, exif=exif)), turned[orientation]) <= 0.08


def test_tiff_that_cannot_be_read_says_what_to_do() -> None:
    with pytest.raises(UnreadablePictureError, match="Save it with 8 or 16 bits per channel"):
        decode(tiff(COLORS.astype(np.float32)))
