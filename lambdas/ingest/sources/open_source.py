"""Create a source from the agency's settings. A new source adds one entry to `_HTTP_SOURCES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.case import CaseType
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.public_only import public_transport
from lambdas.ingest.sources.agency_folder.cases import AgencyFolder
from lambdas.ingest.sources.agency_folder.files import open_folder
from lambdas.ingest.sources.fbi.api import Fbi
from lambdas.ingest.sources.interpol.api import Interpol
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.ncmec.api import Ncmec
from lambdas.ingest.sources.us_states import state_code, state_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from lambdas.downloads.pace import Pace
    from lambdas.ingest.sources.protocol import Source
    from lambdas.ingest.sources.settings import Sources, SourceSettings

_HTTP_SOURCES: dict[str, Callable[[SourceSettings, PoliteClient], Source]] = {
    "namus": lambda settings, client: NamUs(
        client, states=_states(settings, state_name), numbers=settings.case_number_range
    ),
    "fbi": lambda settings, client: Fbi(client, case_type=_case_type(settings)),
    "interpol": lambda settings, client: Interpol(
        client,
        case_type=_case_type(settings),
        nationalities=tuple(code.strip().upper() for code in settings.nationalities),
    ),
    "ncmec": lambda settings, client: Ncmec(client, states=_states(settings, state_code)),
}


def _case_type(settings: SourceSettings) -> CaseType:
    return CaseType.WANTED if settings.wanted else CaseType.MISSING


def _states(settings: SourceSettings, written_for_source: Callable[[str], str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(written_for_source(state) or state for state in settings.states))


def open_source(
    name: str, sources: Sources, *, s3: S3Client | None = None, pace: Callable[[str, float], Pace] | None = None
) -> Source:
    """Create a source that the agency has enabled.

    Args:
        name: the source's name in the agency's file.
        sources: the agency's sources.
        s3: required for an agency's own folder in S3.
        pace: makes a source's rate limit from its name and its requests per second; the default is one per process.

    Raises:
        ValueError: the source is unknown or not enabled, or a setting is missing; the text says which.
    """
    settings = sources.enabled.get(name)
    if settings is None:
        enabled = ", ".join(sorted(sources.enabled)) or "none"
        raise ValueError(f"source {name!r} is not enabled in the agency's file; enabled: {enabled}")
    if name == "folder":
        if settings.folder is None:
            raise ValueError("source 'folder' has no folder in the agency's file")
        return AgencyFolder(open_folder(settings.folder, s3=s3), country=sources.country)
    if name not in _HTTP_SOURCES:
        raise ValueError(f"there is no source {name!r}; sources: {', '.join(sorted([*_HTTP_SOURCES, 'folder']))}")
    if settings.base_url is None:
        raise ValueError(f"source {name!r} has no base_url in the agency's file")
    rate = settings.requests_per_second
    client = PoliteClient(
        base_url=settings.base_url,
        contact=sources.contact,
        pace=pace(name, rate) if pace else ProcessPace(rate),
        permission=settings.permission,
        further_origins=settings.photo_origins,
        transport=public_transport(),
    )
    return _HTTP_SOURCES[name](settings, client)
