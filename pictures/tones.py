"""Bring pictures of any depth and color space to 8-bit RGB, and keep their tones."""

from __future__ import annotations

import math
from array import array
from typing import Any

from PIL import Image, ImageMath, ImageOps

_SAMPLE_PX = 256  # a grid of 256 x 256 values tells the range of a picture
_OUTLIERS = 0.001  # at each end
_MAX_16_BIT = 65_535
_DARK = 64  # of 255, as high as 14 bits of 16 reach
_STRIP_PX = 256
_GROUND = "white"


def to_8_bit(image: Image.Image, *, is_negative: bool = False, is_unsigned: bool = True) -> Image.Image:
    """Scale 16-bit, 32-bit and floating-point gray tones to L. Return pictures of other modes as they are.

    The scale is the range of 16 bits, or else the picture's own range.

    Args:
        image: of any mode.
        is_negative: whether the largest number means black (TIFF, WhiteIsZero). Pillow inverts 8-bit pictures itself.
        is_unsigned: whether 32-bit integers have no sign. Pillow reads them as if they had one.
    """
    if image.mode != "F" and not image.mode.startswith("I"):
        return image
    image = _unsigned(image) if image.mode == "I" and is_unsigned else image
    low, high = _range(image)
    if image.mode.startswith("I;16"):
        low, high = 0.0, high if high < _MAX_16_BIT / 4 else float(_MAX_16_BIT)  # 12 bits, say, in 16
    if high <= low:
        low, high = low - 1, low + 1
    scale = 255 / (high - low)
    gray = Image.new("L", image.size)
    for top in range(0, image.height, _STRIP_PX):  # all numbers at once would take 8 bytes a pixel
        strip = image.crop((0, top, image.width, min(image.height, top + _STRIP_PX)))
        numbers = strip.convert("I").convert("F") if strip.mode != "F" else strip
        scaled = numbers.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
        gray.paste(ImageOps.invert(scaled) if is_negative else scaled, (0, top))
    return gray


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert a picture of 8 bits per channel to RGB, with transparent parts on white."""
    if image.mode == "La":
        image = image.convert("LA")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        return _on_ground(image.convert("RGBA"))
    return image.convert("RGB")


def brightened(image: Image.Image) -> Image.Image:
    """Brighten a color picture of 16 bits whose camera filled only 12 or 14 of them."""
    extrema: Any = image.getextrema()
    brightest = max(high for _, high in extrema)
    if not 0 < brightest < _DARK:
        return image
    return image.point([min(255, level * 255 // brightest) for level in range(256)] * len(image.getbands()))


def _unsigned(image: Image.Image) -> Image.Image:
    """Read integers of 32 bits without a sign, at 16 bits of precision, if Pillow has made some negative."""
    extrema: Any = image.getextrema()
    if extrema[0] >= 0:
        return image
    upper: Image.Image = ImageMath.lambda_eval(lambda args: (args["image"] >> 16) & _MAX_16_BIT, image=image)
    return upper


def _range(image: Image.Image) -> tuple[float, float]:
    """Return the lowest and the highest value of a gray picture, without outliers, NaN and infinities."""
    size = (min(image.width, _SAMPLE_PX), min(image.height, _SAMPLE_PX))
    sampled = image.resize(size, Image.Resampling.NEAREST)
    numbers = sampled if sampled.mode == "F" else sampled.convert("I")
    sample = array("f" if numbers.mode == "F" else "i", numbers.tobytes())
    values = sorted(value for value in sample if math.isfinite(value)) or [0]
    ignored = int(len(values) * _OUTLIERS)
    return float(values[ignored]), float(values[-1 - ignored])


def _on_ground(image: Image.Image) -> Image.Image:
    extrema: Any = image.getchannel("A").getextrema()
    if extrema[1] == 0:  # some programs write an alpha channel that is empty
        return image.convert("RGB")
    canvas = Image.new("RGB", image.size, _GROUND)
    canvas.paste(image, mask=image)
    return canvas
