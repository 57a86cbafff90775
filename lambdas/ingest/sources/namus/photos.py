"""Parse the list of pictures in a NamUs document."""

from __future__ import annotations

import re
from typing import Any

from lambdas.cases.case import PhotoKind, SourcePhoto
from lambdas.ingest.sources.fields import address, integer, items, member, text
from lambdas.ingest.sources.text_parsing import caption_year

# The categories of 2018-19 and of 2020 and later. A picture of any other category is never enrolled.
_KIND_OF_CATEGORY = {
    "facialcaseid": PhotoKind.PORTRAIT,
    "actualphoto": PhotoKind.PORTRAIT,
    "ageprogression": PhotoKind.AGE_PROGRESSION,
    "artistrendering": PhotoKind.ARTIST,
    "composite": PhotoKind.ARTIST,
}


def read_photos(raw: dict[str, Any]) -> tuple[SourcePhoto, ...]:
    """Return the usable pictures of a document, each once."""
    photos = (_photo(entry) for entry in items(raw, "images"))
    by_id = {photo.photo_id: photo for photo in photos if photo is not None}
    return tuple(by_id.values())


def _photo(entry: Any) -> SourcePhoto | None:
    """Return the picture, or None if it is not public or lacks a file or an id. Links use identityId, not id."""
    identity = integer(entry, "identityId")
    link = address(entry, "files", "original", "href")
    if identity is None or identity <= 0 or link is None or member(entry, "isPublic") is False:
        return None
    caption = text(entry, "caption")
    return SourcePhoto(
        photo_id=str(identity),
        url=link,
        kind=_kind(text(entry, "category", "name"), caption),
        caption=caption[:500] if caption else None,
        taken_year=caption_year(caption),
    )


def _kind(category: str | None, caption: str | None) -> PhotoKind:
    kind = _KIND_OF_CATEGORY.get(re.sub(r"[^a-z]", "", (category or "").lower()), PhotoKind.OTHER)
    # Some age progressions have the category of a photo, but their caption says what they are.
    if kind is PhotoKind.PORTRAIT and re.search(r"\bage[- ]?progress", caption or "", re.IGNORECASE):
        return PhotoKind.AGE_PROGRESSION
    return kind
