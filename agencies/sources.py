"""The tables [sources] and [[feeds]] of an agency file: where cases and pictures come from."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from agencies.fields import Country, Name, Origin, SourceUrl
from agencies.table import Table
from edge_device.wording.likely import closest, did_you_mean
from lambdas.common.outside_text import shown
from lambdas.ingest.sources.settings import refuse_mixed_gallery
from lambdas.ingest.sources.us_states import NAMES_BY_CODE, state_code


class Source(Table):
    """A source of cases, off by default. A live source also needs `permission`.

    The functions read the keys under the same names, in lambdas/ingest/sources/settings.py.

    Attributes:
        enabled: whether syncs read this source.
        base_url: the address of the source's API.
        photo_origins: other origins of the source's photos, such as https://www.fbi.gov.
        permission: who allowed it, and when. A live source may not be enabled without.
        requests_per_second: the maximum for all workers together.
        states: the states to search, by name or postal code; empty means all. NamUs and NCMEC.
        case_number_range: the first and the last case number to request one by one. NamUs.
        nationalities: ISO 3166 codes that split a long list. INTERPOL.
        wanted: list wanted persons instead of missing ones. FBI and INTERPOL.
        folder: the agency's own cases, as a path or s3://BUCKET/PREFIX.
    """

    enabled: bool = False
    base_url: SourceUrl | None = None
    photo_origins: list[Origin] = []
    permission: Annotated[str | None, Field(min_length=10, validate_default=True)] = None
    requests_per_second: Annotated[float, Field(gt=0, le=100)] = 1.0
    states: list[str] = []
    case_number_range: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    nationalities: list[Country] = []
    wanted: bool = False
    folder: str | None = None

    @field_validator("permission")
    @classmethod
    def _live_source_needs_permission(cls, permission: str | None, others: ValidationInfo) -> str | None:
        if permission is None and others.data.get("enabled") and others.data.get("base_url"):
            raise ValueError('missing: a live source may be enabled only with permission = "who allowed it, and when"')
        return permission

    @field_validator("states")
    @classmethod
    def _exist(cls, states: list[str]) -> list[str]:
        unknown = [state for state in states if state_code(state) is None]
        if unknown:
            likely = [name for state in unknown if (name := closest(state, NAMES_BY_CODE.values()))]
            raise ValueError(
                f"{shown(', '.join(map(repr, unknown)))}: no such state; write a name or a postal code, such as OR"
                f"{did_you_mean(', '.join(likely) or None)}"
            )
        return states

    @field_validator("case_number_range")
    @classmethod
    def _ascends(cls, numbers: list[int] | None) -> list[int] | None:
        if numbers and not 0 <= numbers[0] <= numbers[1]:
            likely = did_you_mean(sorted(map(abs, numbers)))
            raise ValueError(f"{numbers} is not allowed: must be the first number, then the last{likely}")
        return numbers

    @model_validator(mode="after")
    def _has_a_location(self) -> Self:
        if self.enabled and not (self.base_url or self.folder):
            raise ValueError("enabled = true needs base_url, or folder for an agency's own cases")
        return self


# The keys that only some sources read. Elsewhere they would restrict nothing.
_READ_BY = {
    "states": {"namus", "ncmec"},
    "case_number_range": {"namus"},
    "nationalities": {"interpol"},
    "wanted": {"fbi", "interpol"},
    "folder": {"folder"},
}


class Sources(Table):
    """The sources that Homeward can read."""

    namus: Source = Source()
    fbi: Source = Source()
    interpol: Source = Source()
    ncmec: Source = Source()
    folder: Source = Source()

    @property
    def enabled(self) -> dict[str, Source]:
        """Return the enabled sources by name."""
        sources = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: source for name, source in sources.items() if source.enabled}

    @property
    def in_the_cloud(self) -> dict[str, Source]:
        """Return the enabled sources that the deployed sync reads. Only `homeward sync` reads a local folder."""
        reachable = (
            (name, source)
            for name, source in self.enabled.items()
            if name != "folder" or (source.folder or "").startswith("s3://")
        )
        return dict(reachable)

    @field_validator("*")
    @classmethod
    def _reads_its_keys(cls, source: Source, field: ValidationInfo) -> Source:
        unread = [key for key, readers in _READ_BY.items() if getattr(source, key) and field.field_name not in readers]
        if unread:
            readers = " and ".join(sorted(_READ_BY[unread[0]]))
            raise ValueError(f"{unread[0]} is not allowed: this source does not read it; only {readers} can")
        return source

    @model_validator(mode="after")
    def _fit_into_one_gallery(self) -> Self:
        refuse_mixed_gallery({name: source.wanted for name, source in self.enabled.items()})
        return self


class Feed(Table):
    """A feed whose pictures become captures of the camera `feed-NAME`. Like a live source, it needs `permission`.

    Pictures are downloaded only from the feed's own origin and from `image_origins`.

    Attributes:
        name: its camera is feed-NAME.
        url: the address of an RSS, Atom or JSON feed.
        permission: who allowed it, and when.
        image_origins: other origins of its pictures, such as https://images.example.
        interval_minutes: time between two reads.
    """

    name: Name
    url: SourceUrl
    permission: Annotated[str | None, Field(min_length=10, validate_default=True)] = None
    image_origins: list[Origin] = []
    interval_minutes: Annotated[int, Field(ge=5, le=1440)] = 60

    @field_validator("permission")
    @classmethod
    def _needs_permission(cls, permission: str | None) -> str:
        if permission is None:
            raise ValueError('missing: a feed may be read only with permission = "who allowed it, and when"')
        return permission
