"""Makes the pictures of the demo's cases: enlarged headshots, and the difficult pictures of real galleries."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

SIDE_PX = 384
"""Headshots have 128 px, fewer than any photo of a real case."""


def enlarged(headshot: Path) -> Image.Image:
    """Enlarge a headshot to a square of 384 px."""
    with Image.open(headshot) as opened:
        return opened.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)


def another_photo(portrait: Image.Image) -> Image.Image:
    """Imitate a photo of another day: mirrored, closer, warmer."""
    closer = ImageOps.mirror(portrait).crop((20, 10, SIDE_PX - 20, SIDE_PX - 30))
    return ImageEnhance.Color(ImageEnhance.Brightness(closer).enhance(1.1)).enhance(1.3)


def age_progression(portrait: Image.Image) -> Image.Image:
    """Imitate a forensic artist's rendering: smoothed, with harder lines and less color."""
    smooth = portrait.filter(ImageFilter.MedianFilter(5))
    lined = Image.blend(smooth, smooth.filter(ImageFilter.EDGE_ENHANCE_MORE), 0.5)
    return ImageEnhance.Color(lined).enhance(0.4)


def landscape() -> Image.Image:
    """Draw hills and a lake, without a face."""
    image = Image.new("RGB", (480, 360), "#e8c39e")
    draw = ImageDraw.Draw(image)
    draw.ellipse((330, 60, 390, 120), fill="#f7e7c4")
    draw.polygon(((0, 240), (120, 120), (250, 230), (370, 150), (480, 240)), fill="#7d8471")
    draw.polygon(((0, 270), (200, 190), (480, 280)), fill="#5b6650")
    draw.rectangle((0, 265, 480, 360), fill="#6f8ea3")
    return image


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    """Join two portraits of the same height."""
    image = Image.new("RGB", (left.width + right.width, left.height))
    image.paste(left, (0, 0))
    image.paste(right, (left.width, 0))
    return image
