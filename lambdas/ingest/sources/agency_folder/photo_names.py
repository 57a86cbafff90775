"""Read the photos of a row, and derive an id for each from its file name.

A photo id goes into Rekognition's ExternalImageId, so it has letters, digits, '_' and '-' only. The id of a plain name
is the name without its ending: `imogen 1.jpg` has `imogen_1`. A name outside ASCII, and a name whose plain id another
photo of the row already has (front.jpg; front.png), has a hash of the name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from lambdas.cases.case import PhotoKind, SourcePhoto
from lambdas.common.outside_text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_ID = 100


def read_photos(parts: Iterable[str]) -> tuple[tuple[SourcePhoto, ...], list[str]]:
    """Read texts such as `sketch.png|artist`. Return the photos and what is wrong with the others."""
    photos: dict[str, SourcePhoto] = {}
    names: set[str] = set()
    problems = []
    for part in parts:
        name, _, kind = (piece.strip() for piece in part.partition("|"))
        composed = unicodedata.normalize("NFC", name)
        if kind and kind not in set(PhotoKind):
            problems.append(f"says {shown(repr(kind))} of {shown(name)}; expected one of {', '.join(PhotoKind)}")
        elif not name.rsplit(".", 1)[0] or composed in names:
            problems.append(f"names {shown(repr(name))} twice, or it is not a file name")
        else:
            names.add(composed)
            photo_id = _photo_id(composed, taken=photos)
            photos[photo_id] = SourcePhoto(photo_id=photo_id, url=f"photos/{name}", kind=PhotoKind(kind or "portrait"))
    return tuple(photos.values()), problems


def _photo_id(name: str, *, taken: Iterable[str]) -> str:
    plain = re.sub(r"[^A-Za-z0-9_\-]", "_", name.rsplit(".", 1)[0])[:_MAX_ID]
    if name.isascii() and plain not in taken:
        return plain
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{plain[: _MAX_ID - len(digest) - 1]}-{digest}"
