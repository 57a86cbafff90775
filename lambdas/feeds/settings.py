"""The agency's `[[feeds]]` as the function gets them: the environment variable FEEDS, JSON."""

from __future__ import annotations

import msgspec


class FeedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One feed. Its pictures come from its own origin and from `image_origins`; `permission` says who allowed it."""

    name: str
    url: str
    permission: str
    image_origins: tuple[str, ...] = ()

    @property
    def camera(self) -> str:
        """What its captures are captures of."""
        return f"feed-{self.name}"


class Feeds(msgspec.Struct, frozen=True, kw_only=True):
    """All feeds of the agency, and who answers for this system."""

    contact: str
    feeds: tuple[FeedSettings, ...]

    def of_name(self, name: str) -> FeedSettings:
        """The feed of this name.

        Raises:
            LookupError: the agency's file has none.
        """
        found = next((feed for feed in self.feeds if feed.name == name), None)
        if found is None:
            raise LookupError(f"the agency's file has no feed {name!r}")
        return found


def read_feeds(text: str) -> Feeds:
    """Decode FEEDS.

    Raises:
        msgspec.ValidationError: a member is missing or wrong.
    """
    return msgspec.json.decode(text, type=Feeds)
