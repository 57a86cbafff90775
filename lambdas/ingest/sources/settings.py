"""The agency's `[sources]` table as the functions get it: JSON in the environment variable SOURCES.

{"contact": "homeward@agency.example", "country": "US", "namus": {"enabled": true, "base_url": "https://...", ...}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one source. A member that the source does not read keeps its default."""

    enabled: bool = False
    base_url: str | None = None
    """The URL of the source's API. Links may lead only to its origin (scheme, host and port)."""
    photo_origins: tuple[str, ...] = ()
    """Other origins of the source's photos, such as https://www.fbi.gov."""
    permission: str | None = None
    """Why the source may be used, in the agency's words. Without it robots.txt decides."""
    requests_per_second: float = 1.0
    states: tuple[str, ...] = ()
    """The states to search, by name or postal code. Empty means all."""
    case_number_range: tuple[int, int] | None = None
    """The first and the last case number to request one by one, instead of searching."""
    nationalities: tuple[str, ...] = ()
    """ISO 3166 codes that split a query whose result is truncated."""
    wanted: bool = False
    """List wanted persons instead of missing persons, if the source has both."""
    folder: str | None = None
    """The agency's own folder: a path or s3://BUCKET/PREFIX."""


class Sources(msgspec.Struct, frozen=True):
    """The contact of this system's operator, the enabled sources by name, and the agency's country (ISO 3166)."""

    contact: str
    enabled: dict[str, SourceSettings]
    country: str = "US"


def read_sources(text: str) -> Sources:
    """Decode SOURCES.

    Raises:
        msgspec.ValidationError: a member has the wrong type, or `contact` is missing.
        ValueError: the sources mix missing and wanted persons.
    """
    members = msgspec.json.decode(text, type=dict[str, Any])
    contact = msgspec.convert(members.pop("contact", None), type=str)
    country = msgspec.convert(members.pop("country", "US"), type=str)
    settings = msgspec.convert(members, type=dict[str, SourceSettings])
    enabled = {name: source for name, source in settings.items() if source.enabled}
    refuse_mixed_gallery({name: source.wanted for name, source in enabled.items()})
    return Sources(contact, enabled, country)


def refuse_mixed_gallery(wanted: Mapping[str, bool]) -> None:
    """Refuse missing and wanted persons in one gallery, because a match means something else for each.

    Args:
        wanted: for each enabled source, whether it lists wanted persons.

    Raises:
        ValueError: some sources list wanted persons and others do not.
    """
    names = sorted(name for name, is_wanted in wanted.items() if is_wanted)
    if names and len(names) < len(wanted):
        raise ValueError(f"wanted persons ({', '.join(names)}) need a gallery, so an agency file, of their own")
