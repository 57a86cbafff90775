"""Save the two pictures of an encounter, and a sheet that shows them side by side."""

from __future__ import annotations

import io
import tempfile
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageOps

from lambdas.cases.readable import AMERICAN
from lambdas.common.keys import photo_key
from lambdas.common.times import local_minute

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter

_TILE, _MARGIN, _LINE = 480, 24, 26
_EMPTY = "#dddddd"


def new_folder() -> Path:
    """Make a folder that only this user can read."""
    return Path(tempfile.mkdtemp(prefix="homeward-"))


def save_pictures(
    deployment: Deployment, encounter: Encounter, *, folder: Path, site: str, name: str | None
) -> list[Path]:
    """Save the best capture, the photo that it resembles most, and the sheet. Return their paths in this order."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = {
        "seen": (deployment["DetectionBucket"], encounter.best.key),
        "photo": (deployment["GalleryBucket"], photo_key(encounter.case_id, encounter.best.photo_id)),
    }
    paths = [folder / f"{encounter.encounter_id}-{what}.jpg" for what in (*objects, "sheet")]
    for path, (bucket, key) in zip(paths, objects.values(), strict=False):
        deployment.client("s3").download_file(bucket, key, str(path))
    taken = AMERICAN.dates(local_minute(encounter.best.captured_at, UTC))
    captions = [[f"Seen at {site}", taken], [name or "Name not known", encounter.case_id]]
    title = f"Possible match, not verified: similarity {encounter.best.similarity:.1f} of 100"
    paths[-1].write_bytes(picture_sheet([path.read_bytes() for path in paths[:-1]], captions=captions, title=title))
    return paths


def picture_sheet(pictures: list[bytes], *, captions: list[list[str]], title: str) -> bytes:
    """Draw pictures side by side, each above its lines of text, as JPEG."""
    top = 2 * _MARGIN + _LINE
    width = len(pictures) * (_TILE + _MARGIN) + _MARGIN
    sheet = Image.new("RGB", (width, top + _TILE + _MARGIN + max(map(len, captions)) * _LINE + _MARGIN), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, font=ImageFont.load_default(24), fill="black")
    for column, (picture, lines) in enumerate(zip(pictures, captions, strict=True)):
        left = _MARGIN + column * (_TILE + _MARGIN)
        sheet.paste(_tile(picture), (left, top))
        for number, line in enumerate(lines):
            draw.text((left, top + _TILE + 8 + number * _LINE), line, font=ImageFont.load_default(18), fill="black")
    stream = io.BytesIO()
    sheet.save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _tile(picture: bytes) -> Image.Image:
    """Fit a picture into a square. One that cannot be read is an empty square."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            return ImageOps.pad(image.convert("RGB"), (_TILE, _TILE), color=_EMPTY)
    except (OSError, Image.DecompressionBombError):
        return Image.new("RGB", (_TILE, _TILE), _EMPTY)
