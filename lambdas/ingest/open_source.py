"""From the agency's settings to a source that can be asked. A new source is one more line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.ingest.namus import NamUs
from lambdas.ingest.pace import ProcessPace
from lambdas.ingest.polite_client import PoliteClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.pace import Pace
    from lambdas.ingest.settings import Sources, SourceSettings
    from lambdas.ingest.source import Source

_SOURCES: dict[str, Callable[[SourceSettings, PoliteClient], Source]] = {
    "namus": lambda settings, client: NamUs(client, states=settings.states, numbers=settings.walk),
}


def open_source(name: str, sources: Sources, *, pace: Pace | None = None) -> Source:
    """A source that the agency has enabled.

    Raises:
        ValueError: the source is unknown, not enabled, or has no base_url.
    """
    settings = sources.enabled.get(name)
    if settings is None or name not in _SOURCES:
        enabled = ", ".join(sorted(sources.enabled)) or "none"
        raise ValueError(f"no source {name!r} is enabled in the agency's file; enabled: {enabled}")
    return _SOURCES[name](settings, _client(name, settings, sources.contact, pace))


def _client(name: str, settings: SourceSettings, contact: str, pace: Pace | None) -> PoliteClient:
    if settings.base_url is None:
        raise ValueError(f"source {name!r} has no base_url in the agency's file")
    return PoliteClient(
        base_url=settings.base_url,
        contact=contact,
        pace=pace or ProcessPace(settings.requests_per_second),
        permission=settings.permission,
        further_origins=settings.photo_origins,
    )
