"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): the members that have dates and images."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec


class _Attachment(msgspec.Struct):
    url: str
    mime_type: str = ""


class Item(msgspec.Struct):
    """One item. Its id may be a number: the standard asks readers to convert such ids to text."""

    id: str | int | float
    date_published: str | None = None
    date_modified: str | None = None
    image: str | None = None
    attachments: list[_Attachment] = []
    content_html: str = ""

    @property
    def key(self) -> str:
        """The id as text."""
        return str(self.id)

    @property
    def published_at(self) -> datetime | None:
        """The date of publication or modification; None if it is missing, unreadable or out of range."""
        try:
            instant = datetime.fromisoformat(self.date_published or self.date_modified or "")
            return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def images(self) -> list[str]:
        """The URLs of the main image and the attached images, as the feed has them."""
        attached = [attachment.url for attachment in self.attachments if attachment.mime_type.startswith("image/")]
        return [*([self.image] if self.image else []), *attached]


class _JsonFeed(msgspec.Struct):
    version: Annotated[str, msgspec.Meta(pattern=r"^https?://(www\.)?jsonfeed\.org/version/")]
    items: list[Item]


def read_json_feed(body: bytes) -> list[Item]:
    """Decode the items of a feed without byte order mark.

    Raises:
        ValueError: the body is not JSON, or not a JSON Feed.
    """
    return msgspec.json.decode(body, type=_JsonFeed).items
