"""Draw a sheet of photos with several faces, each face with its number."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from lambdas.common.photos import MAX_SIDE_PX
from pictures.decode import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.cases.several_faces import SeveralFaces

_PHOTO_PX, _CAPTION_PX, _GAP_PX = 800, 36, 12
_YELLOW, _BLACK, _WHITE = (255, 214, 0), (0, 0, 0), (255, 255, 255)


def draw_sheet(photos: Mapping[str, tuple[SeveralFaces, bytes]]) -> bytes:
    """Return a JPEG with the photos one below the other, each under its id."""
    drawn = [_draw(photo_id, several, jpeg) for photo_id, (several, jpeg) in photos.items()]
    height = sum(image.height + _GAP_PX for image in drawn)
    sheet = Image.new("RGB", (max(image.width for image in drawn), height), _WHITE)
    top = 0
    for image in drawn:
        sheet.paste(image, (0, top))
        top += image.height + _GAP_PX
    encoded = io.BytesIO()
    sheet.save(encoded, "JPEG", quality=90)
    return encoded.getvalue()


def _draw(photo_id: str, several: SeveralFaces, jpeg: bytes) -> Image.Image:
    photo = decode(jpeg, fit_px=MAX_SIDE_PX).image.convert("RGB")
    scale = _PHOTO_PX / max(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)))
    image = Image.new("RGB", (photo.width, photo.height + _CAPTION_PX), _WHITE)
    image.paste(photo, (0, _CAPTION_PX))
    paint, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    paint.text((4, 4), f"photo {photo_id}", fill=_BLACK, font=font)
    for number, (left, top, width, height) in enumerate(several.boxes, start=1):
        x, y = left * photo.width, top * photo.height + _CAPTION_PX
        paint.rectangle((x, y, x + width * photo.width, y + height * photo.height), outline=_YELLOW, width=3)
        paint.rectangle((x, y, x + 28, y + 30), fill=_YELLOW)
        paint.text((x + 6, y), str(number), fill=_BLACK, font=font)
    return image
