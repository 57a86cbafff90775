"""The agency's `[sources]` table as the functions get it: the environment variable SOURCES, JSON.

{"contact": "homeward@agency.example", "namus": {"enabled": true, "base_url": "https://www.namus.gov", ...}}
"""

from __future__ import annotations

from typing import Any

import msgspec


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One source. Members that only some sources read have a default that means "not used"."""

    enabled: bool = False
    base_url: str | None = None
    """Where the source's API answers; its scheme, host and port are the only origin that links may lead to."""
    photo_origins: tuple[str, ...] = ()
    """Further origins that the source's photos come from, e.g. https://www.fbi.gov."""
    permission: str | None = None
    """Why the source may be used, in the agency's words. Without it robots.txt decides."""
    requests_per_second: float = 1.0
    states: tuple[str, ...] = ()
    """The states to sweep, as the source spells them; empty means all."""
    case_number_range: tuple[int, int] | None = None
    """First and last case number to ask for one by one, instead of sweeping the search."""
    nationalities: tuple[str, ...] = ()
    """ISO 3166 codes to slice a query by that returns too few rows."""
    wanted: bool = False
    """List wanted persons instead of missing ones, where the source has both."""
    folder: str | None = None
    """A folder of the agency's own: a path or s3://BUCKET/PREFIX."""


class Sources(msgspec.Struct, frozen=True):
    """Who answers for this system, and the sources that are enabled, by name."""

    contact: str
    enabled: dict[str, SourceSettings]


def read_sources(text: str) -> Sources:
    """Decode SOURCES.

    Raises:
        msgspec.ValidationError: a member has the wrong type, or `contact` is missing.
        ValueError: missing and wanted persons would come into one gallery.
    """
    members = msgspec.json.decode(text, type=dict[str, Any])
    contact = msgspec.convert(members.pop("contact", None), type=str)
    settings = msgspec.convert(members, type=dict[str, SourceSettings])
    enabled = {name: source for name, source in settings.items() if source.enabled}
    wanted = sorted(name for name, source in enabled.items() if source.wanted)
    if wanted and len(wanted) < len(enabled):
        # A match on a wanted person means something else than one on a missing person.
        raise ValueError(f"wanted persons ({', '.join(wanted)}) need a gallery, and so an agency file, of their own")
    return Sources(contact, enabled)
