"""RSS and Atom feeds, by feedparser, which also reads what is not well-formed."""

from __future__ import annotations

import calendar
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import feedparser  # type: ignore[import-untyped] # it ships no type information

from lambdas.feeds.draft import Draft, may_be_image
from lambdas.feeds.html_images import images_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARACTER_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));", re.IGNORECASE)
_REPLACEMENT = b"&#xFFFD;"


def xml_entries(body: bytes, *, url: str) -> list[Any]:
    """Parse the entries of a feed that was fetched from `url`.

    Raises:
        ValueError: the body is no RSS or Atom feed.
    """
    # One reference to a character that does not exist, such as half of a surrogate pair, would fail the whole feed.
    readable = _CHARACTER_REFERENCE.sub(_checked_reference, body)
    # Pass a stream: feedparser tries to open bytes as a file name first. Nobody sees the HTML, so it stays as it is.
    parsed: Any = feedparser.parse(
        io.BytesIO(readable), response_headers={"content-location": url}, sanitize_html=False
    )
    if not parsed.get("version"):
        raise ValueError(str(parsed.get("bozo_exception", "unknown root element")))
    entries: list[Any] = parsed.entries
    return entries


def read_xml_entry(entry: Any) -> Draft:
    """Read one entry of feedparser. Thumbnails count only if there are no other images."""
    images = [*_attached(entry), *(src for text in _texts(entry) for src in images_in(text))]
    if not images:
        images = [thumbnail.get("url") for thumbnail in entry.get("media_thumbnail", [])]
    return Draft(entry_id=str(entry.get("id") or entry.get("link") or ""), published_at=_date(entry), images=images)


def _attached(entry: Any) -> Iterator[Any]:
    for attachment in entry.get("enclosures", []):
        if may_be_image(attachment.get("type"), attachment.get("href")):
            yield attachment.get("href")
    for media in entry.get("media_content", []):
        is_image = media.get("medium") == "image"
        if is_image or (not media.get("medium") and may_be_image(media.get("type"), media.get("url"))):
            yield media.get("url")
    for content in entry.get("content", []):
        if content.get("src") and may_be_image(content.get("type"), content.get("src")):
            yield content.get("src")
    if image := entry.get("image"):
        yield image.get("href")


def _texts(entry: Any) -> Iterator[str]:
    """Yield the contents of an entry; its summary only if it has no contents."""
    contents = [content.get("value", "") for content in entry.get("content", [])]
    yield from contents or [entry.get("summary", "")]


def _date(entry: Any) -> datetime | None:
    published = entry.get("published_parsed") or ("updated_parsed" in entry and entry["updated_parsed"])
    try:
        return datetime.fromtimestamp(calendar.timegm(published), UTC) if published else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _checked_reference(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_character = code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return reference[0] if is_character else _REPLACEMENT
