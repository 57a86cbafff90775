"""An entry as its feed writes it, before its links are checked."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import datetime


class OddEntryError(ValueError):
    """The entry cannot be used. The text says why, without quoting it."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The id, the date and the links to pictures of one entry. A link may be relative or of a wrong type."""

    entry_id: str
    published_at: datetime | None = None
    images: list[Any] = field(default_factory=list)


def may_be_image(media_type: Any, address: Any) -> bool:
    """Whether to download an attachment.

    Its content then decides what it is: publishers declare `jpg` or application/octet-stream for a JPEG. Only what the
    media type or the file name calls something else, and neither calls an image, is not downloaded.
    """
    try:
        by_name = mimetypes.guess_type(urlsplit(str(address)).path, strict=False)[0]
    except ValueError:
        by_name = None
    declared = str(media_type or "").partition(";")[0].strip().lower()
    said = {name.partition("/")[0] for name in (declared, by_name) if name and "/" in name}
    if declared.endswith("/octet-stream"):
        said.discard(declared.partition("/")[0])
    return "image" in said or not said
