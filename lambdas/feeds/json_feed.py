"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/): the members that have dates and images."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lambdas.feeds.draft import Draft, OddEntryError, may_be_image
from lambdas.feeds.html_images import images_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = re.compile(r"https?://(www\.)?jsonfeed\.org/version/\S*")


def json_items(body: bytes) -> list[Any]:
    """Decode the items of a feed in any encoding of Unicode. Bytes that are not of the encoding are replaced.

    Raises:
        ValueError: the body is not JSON, or not a JSON Feed.
        RecursionError: it is nested too deeply.
    """
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    # Keep numbers as text. An id may be a number of any length, and we read no other numbers.
    feed = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    if not isinstance(feed, dict) or not _VERSION.fullmatch(str(feed.get("version"))):
        raise ValueError("it names no version of JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        raise ValueError("it has no items")  # noqa: TRY004 - of the document, not of our code
    return items


def read_json_item(item: Any) -> Draft:
    """Read one item.

    Raises:
        OddEntryError: it is no object, or it has no id, which the standard says to ignore.
    """
    if not isinstance(item, dict):
        raise OddEntryError("an item that is not an object")
    entry_id = item.get("id")
    if not isinstance(entry_id, str) or not entry_id:
        raise OddEntryError("an item without an id")
    main = item.get("image") or item.get("banner_image")
    return Draft(
        entry_id=entry_id,
        published_at=_date(item.get("date_published")) or _date(item.get("date_modified")),
        images=[*([main] if main else []), *_attached(item), *images_in(_text(item.get("content_html")))],
    )


def _attached(item: dict[str, Any]) -> Iterator[Any]:
    """Yield the links of attachments, and None for what is no attachment."""
    attachments = item.get("attachments") or []
    for attached in attachments if isinstance(attachments, list) else [None]:
        if not isinstance(attached, dict):
            yield None
        elif may_be_image(attached.get("mime_type"), attached.get("url")):
            yield attached.get("url")


def _date(value: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
