"""Read the entries of a feed in any of the three formats: when each was published, and its images."""

from __future__ import annotations

import calendar
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import feedparser  # type: ignore[import-untyped] # it ships no type information

from lambdas.feeds.json_feed import read_json_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAX_ENTRIES = 500
_MAX_IMAGES = 20  # of one entry
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


class UnreadableFeedError(ValueError):
    """The body is not a feed. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. `images` are absolute URLs without duplicates; `published_at` is None if the feed has no date."""

    entry_id: str
    published_at: datetime | None
    images: tuple[str, ...]


def read_entries(body: bytes, *, url: str) -> list[Entry]:
    """Parse an RSS or Atom feed or a JSON Feed that was fetched from `url`. Entries after the 500th are dropped.

    Raises:
        UnreadableFeedError: the body has none of these formats.
    """
    if body.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{"):
        try:
            items = read_json_feed(body.removeprefix(_BYTE_ORDER_MARK))
        except ValueError as error:
            raise UnreadableFeedError(f"not a JSON Feed: {error}") from error
        return [
            _entry(item.key, item.published_at, [*item.images, *_images_in(item.content_html)], url=url)
            for item in items[:_MAX_ENTRIES]
        ]
    # Pass a stream: feedparser tries to open bytes as a file name first.
    parsed: Any = feedparser.parse(io.BytesIO(body), response_headers={"content-location": url})
    if not parsed.get("version"):
        raise UnreadableFeedError(f"not an RSS or Atom feed: {parsed.get('bozo_exception', 'unknown root element')}")
    return [_parsed_entry(entry, url=url) for entry in parsed.entries[:_MAX_ENTRIES]]


def _parsed_entry(entry: Any, *, url: str) -> Entry:
    """Convert an entry of feedparser. Thumbnails count only if there are no other images."""
    images = [*_attached(entry), *(src for text in _texts(entry) for src in _images_in(text))]
    if not images:
        images = [thumbnail.get("url") for thumbnail in entry.get("media_thumbnail", [])]
    published = entry.get("published_parsed") or ("updated_parsed" in entry and entry["updated_parsed"])
    return _entry(str(entry.get("id") or entry.get("link") or ""), _instant(published), images, url=url)


def _instant(published: Any) -> datetime | None:
    """Convert feedparser's UTC time; None if there is none, or if it is out of range."""
    try:
        return datetime.fromtimestamp(calendar.timegm(published), UTC) if published else None
    except (ValueError, OverflowError, OSError):
        return None


def _entry(entry_id: str, published_at: datetime | None, images: Iterable[str | None], *, url: str) -> Entry:
    absolute = dict.fromkeys(urljoin(url, image) for image in images if image)
    return Entry(
        entry_id=entry_id,
        published_at=published_at,
        images=tuple(address for address in absolute if address.startswith(("https:", "http:")))[:_MAX_IMAGES],
    )


def _attached(entry: Any) -> Iterator[str | None]:
    for attachment in entry.get("enclosures", []):
        if _is_image(attachment.get("type"), attachment.get("href")):
            yield attachment.get("href")
    for media in entry.get("media_content", []):
        if media.get("medium") == "image" or _is_image(media.get("type"), media.get("url")):
            yield media.get("url")


def _is_image(media_type: str | None, address: str | None) -> bool:
    """Decide by media type, or by file name if the feed has no type."""
    if media_type:
        return media_type.startswith("image/")
    return bool(address) and urlsplit(str(address)).path.lower().endswith(_SUFFIXES)


def _texts(entry: Any) -> Iterator[str]:
    """Yield the contents of an entry; its summary only if it has no contents."""
    contents = [content.get("value", "") for content in entry.get("content", [])]
    yield from contents or [entry.get("summary", "")]


class _ImageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src")
        if tag == "img" and source:
            self.sources.append(source)


def _images_in(html: str) -> list[str]:
    parser = _ImageParser()
    parser.feed(html)
    return parser.sources
