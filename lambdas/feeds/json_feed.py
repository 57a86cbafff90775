"""JSON Feed (https://www.jsonfeed.org/version/1.1/), as much of it as pictures need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec


class _Attachment(msgspec.Struct):
    url: str
    mime_type: str = ""


class Item(msgspec.Struct):
    """One item. Its id may be a number: the standard asks readers to take what is not text as text."""

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
        """None where there is no date, or none that can be read."""
        try:
            instant = datetime.fromisoformat(self.date_published or self.date_modified or "")
        except ValueError:
            return None
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)

    @property
    def images(self) -> list[str]:
        """Addresses, as they stand in the feed."""
        attached = [attachment.url for attachment in self.attachments if attachment.mime_type.startswith("image/")]
        return [*([self.image] if self.image else []), *attached]


class _JsonFeed(msgspec.Struct):
    version: Annotated[str, msgspec.Meta(pattern=r"^https?://(www\.)?jsonfeed\.org/version/")]
    items: list[Item]


def read_json_feed(body: bytes) -> list[Item]:
    """The items.

    Raises:
        ValueError: no JSON, or not a JSON Feed's.
    """
    return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=_JsonFeed).items
