"""Draws the contact sheet: each encounter's capture beside the photo of its case."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageOps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TILE = 240
_MARGIN = 24
_TEXT_WIDTH = 460
_ROW = _TILE + 2 * _MARGIN
_WIDTH = 2 * _TILE + _TEXT_WIDTH + 4 * _MARGIN
_HEADER = 84
_INK, _MUTED, _PAPER, _LINE = "#16202b", "#5b6875", "#ffffff", "#d9dfe5"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One encounter: two JPEG pictures and the text beside them. `similarity` is 0 to 100."""

    capture: bytes
    photo: bytes
    name: str
    lines: Sequence[str]
    similarity: float


def write_contact_sheet(path: Path, *, rows: Sequence[Row], footnote: str) -> None:
    """Write the sheet as PNG."""
    sheet = Image.new("RGB", (_WIDTH, _HEADER + max(1, len(rows)) * _ROW + 2 * _MARGIN), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), "Possible matches, not verified", font=_font(30), fill=_INK)
    for number, row in enumerate(rows):
        _draw_row(sheet, draw, row, top=_HEADER + number * _ROW)
    if not rows:
        draw.text((_MARGIN, _HEADER), "No encounter.", font=_font(20), fill=_MUTED)
    draw.text((_MARGIN, sheet.height - 2 * _MARGIN), footnote, font=_font(15), fill=_MUTED)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _draw_row(sheet: Image.Image, draw: ImageDraw.ImageDraw, row: Row, *, top: int) -> None:
    draw.line([(_MARGIN, top), (_WIDTH - _MARGIN, top)], fill=_LINE, width=1)
    top += _MARGIN // 2
    for column, (picture, label) in enumerate(((row.capture, "camera"), (row.photo, "case photo"))):
        left = _MARGIN + column * (_TILE + _MARGIN)
        with Image.open(io.BytesIO(picture)) as image:
            sheet.paste(ImageOps.fit(image.convert("RGB"), (_TILE, _TILE)), (left, top))
        draw.text((left, top + _TILE + 4), label, font=_font(14), fill=_MUTED)
    left = 2 * (_TILE + _MARGIN) + _MARGIN
    draw.text((left, top), row.name, font=_font(24), fill=_INK)
    draw.text((left, top + 40), f"similarity {row.similarity:.1f} of 100", font=_font(20), fill=_INK)
    for number, line in enumerate(row.lines):
        draw.text((left, top + 80 + number * 24), line, font=_font(16), fill=_MUTED)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
