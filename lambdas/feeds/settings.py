"""The agency's `[[feeds]]`, as the function gets them: one JSON document in its code."""

from __future__ import annotations

import msgspec


class FeedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One feed. Images may come from its own origin and `image_origins`; `permission` names who allowed access."""

    name: str
    url: str
    permission: str
    image_origins: tuple[str, ...] = ()

    @property
    def camera(self) -> str:
        """The camera name of its captures."""
        return f"feed-{self.name}"


class Feeds(msgspec.Struct, frozen=True, kw_only=True):
    """All feeds of the agency, and the contact that the User-Agent names."""

    contact: str
    feeds: tuple[FeedSettings, ...]

    def of_name(self, name: str) -> FeedSettings:
        """Return the feed with this name.

        Raises:
            LookupError: the agency file has no such feed.
        """
        found = next((feed for feed in self.feeds if feed.name == name), None)
        if found is None:
            raise LookupError(f"no feed {name!r} in the agency file")
        return found


def read_feeds(text: str) -> Feeds:
    """Decode the document.

    Raises:
        msgspec.ValidationError: a member is missing or invalid.
    """
    return msgspec.json.decode(text, type=Feeds)
