"""Read the entries of a feed in any of the three formats: when each was published, and its images."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import msgspec

from lambdas.feeds.draft import OddEntryError
from lambdas.feeds.json_feed import json_items, read_json_item
from lambdas.feeds.xml_feed import read_xml_entry, xml_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.feeds.draft import Draft

MAX_FEED_BYTES = 5_000_000
_MAX_ENTRIES = 500
_MAX_IMAGES = 20  # of one entry
_MAX_LINK = 2_000  # characters
_MAX_ID = 1_000  # characters
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class UnreadableFeedError(ValueError):
    """The body is not a feed. The message says why."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `images` are absolute URLs without duplicates; `published_at` is None if the feed has no date."""

    entry_id: str
    published_at: datetime | None
    images: tuple[str, ...]


def read_entries(body: bytes, *, url: str, skipped: Counter[str] | None = None) -> list[Entry]:
    """Parse an RSS or Atom feed or a JSON Feed that was fetched from `url`.

    One odd entry or link is left out, and the others are read. Entries after the 500th are left out too.

    Args:
        body: the feed, also as a gzip file.
        url: where it was fetched from. Relative links are resolved against it.
        skipped: counts what was left out by reason.

    Raises:
        UnreadableFeedError: the body has none of these formats.
    """
    skipped = Counter() if skipped is None else skipped
    rows, read = _rows(_unzipped(body), url)
    if len(rows) > _MAX_ENTRIES:
        skipped[f"entries after the {_MAX_ENTRIES}th"] += len(rows) - _MAX_ENTRIES
    entries = []
    for row in rows[:_MAX_ENTRIES]:
        try:
            entries.append(_entry(read(row), url, skipped))
        except OddEntryError as error:
            skipped[str(error)] += 1
        except Exception as error:  # noqa: BLE001 - one entry never ends a feed
            skipped[f"an entry that raises {type(error).__name__}"] += 1
    return entries


def _rows(body: bytes, url: str) -> tuple[list[Any], Callable[[Any], Draft]]:
    """Split the feed into its entries, and choose their reader."""
    is_json = body.lstrip(b"".join(_BYTE_ORDER_MARKS) + b"\0 \t\r\n").startswith((b"{", b"["))
    name = "a JSON Feed" if is_json else "an RSS or Atom feed"
    try:
        return (json_items(body), read_json_item) if is_json else (xml_entries(body, url=url), read_xml_entry)
    except RecursionError as error:
        raise UnreadableFeedError(f"not {name}: nested too deeply") from error
    except Exception as error:
        raise UnreadableFeedError(f"not {name}: {error}") from error


def _unzipped(body: bytes) -> bytes:
    """Unpack a feed that is stored as a gzip file, up to the size limit of a feed."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, MAX_FEED_BYTES)
    except zlib.error as error:
        raise UnreadableFeedError(f"not a feed: broken gzip: {error}") from error


def _entry(draft: Draft, url: str, skipped: Counter[str]) -> Entry:
    links = dict.fromkeys(_absolute_links(draft.images, url, skipped))
    entry_id = draft.entry_id.encode("utf-8", "replace").decode()
    return Entry(
        entry_id=entry_id if len(entry_id) <= _MAX_ID else hashlib.sha256(entry_id.encode()).hexdigest(),
        published_at=draft.published_at,
        images=tuple(links)[:_MAX_IMAGES],
    )


def _absolute_links(images: list[Any], url: str, skipped: Counter[str]) -> Iterator[str]:
    for image in images:
        if isinstance(image, str) and image.lstrip().startswith("data:"):
            continue
        link = _absolute(image, url)
        if link is None:
            skipped["a link to a picture that is not valid"] += 1
        else:
            yield link


def _absolute(image: Any, url: str) -> str | None:
    try:
        link = urljoin(url, image.strip())
        parts = urlsplit(link)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= _MAX_LINK
        return link.encode().decode() if is_valid else None
    except (ValueError, AttributeError):
        return None
