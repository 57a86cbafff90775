"""The model of a case, the same for every source.

A member that the source does not give is None or empty, never 0 or "UNKNOWN".
"""

from enum import StrEnum
from typing import Any

import msgspec

from lambdas.common.outside_text import paragraphs, single_line


class CaseType(StrEnum):
    """Why a source lists the person."""

    MISSING = "missing"
    WANTED = "wanted"
    UNIDENTIFIED = "unidentified"
    OTHER = "other"


class CaseStatus(StrEnum):
    """The state of a case. Only an open case has photos and faces in the gallery."""

    OPEN = "open"
    RESOLVED = "resolved"
    REMOVED = "removed"


class PhotoKind(StrEnum):
    """What a picture shows. All but OTHER are enrolled; matches on AGE_PROGRESSION and ARTIST are marked."""

    PORTRAIT = "portrait"
    AGE_PROGRESSION = "age_progression"
    ARTIST = "artist"
    OTHER = "other"


ENROLLED_KINDS = frozenset({PhotoKind.PORTRAIT, PhotoKind.AGE_PROGRESSION, PhotoKind.ARTIST})


# Keys, and addresses that a source resolves: a file of an agency's folder may have any name.
_EXACT = frozenset({"case_id", "source", "source_id", "photo_id", "url"})


class CasePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of a case's parts: immutable, and encoded without unknown members.

    Every text is one visible line, whatever the source or an older version wrote; only the narrative has paragraphs.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value and name not in _EXACT and (clean := _cleaned(name, value)) != value:
                msgspec.structs.force_setattr(self, name, clean)


def _cleaned(name: str, value: Any) -> Any:
    if type(value) is str:
        return paragraphs(value) if name == "narrative" else single_line(value)
    if type(value) is tuple:
        return tuple(clean for each in value if (clean := _cleaned(name, each)))
    return value


class Name(CasePart, frozen=True):
    """One name of the person; `kind` is "legal" or "alias"."""

    given: str | None = None
    middle: str | None = None
    family: str | None = None
    kind: str = "legal"

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.middle, self.family) if part)


class Range(CasePart, frozen=True):
    """A closed range; one end may be unknown. Ages in years, heights in centimetres, weights in kilograms."""

    min: float | None = None
    max: float | None = None

    def __str__(self) -> str:
        ends = [f"{end:g}" for end in (self.min, self.max) if end is not None]
        return "-".join(dict.fromkeys(ends))


class Period(CasePart, frozen=True):
    """A date known to some precision: "day", "month", "year" or "range"; both ends are ISO 8601 dates."""

    first: str
    last: str
    precision: str = "day"


class LastSeen(CasePart, frozen=True):
    """When and where the person was last seen. `date` is ISO 8601 and may lack day or month (2021, 2021-02)."""

    date: str | None = None
    precision: str | None = None
    city: str | None = None
    county: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    text: str | None = None

    @property
    def place(self) -> str | None:
        """City and region as one line, or the source's own text if it gives neither."""
        return ", ".join(part for part in (self.city, self.region) if part) or self.text


class InvestigatingAgency(CasePart, frozen=True):
    """The agency that investigates. `phone` is E.164 if `phone_raw`, the source's text, is a valid number."""

    name: str | None = None
    phone: str | None = None
    phone_extension: str | None = None
    phone_raw: str | None = None
    case_number: str | None = None
    contact: str | None = None
    url: str | None = None
    primary: bool = False

    @property
    def call(self) -> str | None:
        """The number to call with its extension, or the source's text if that is not a valid number."""
        extension = f" ext. {self.phone_extension}" if self.phone_extension else ""
        return f"{self.phone}{extension}" if self.phone else self.phone_raw


class CrossReference(CasePart, frozen=True):
    """The same person's id in another source, e.g. kind "ncmec", value "NCMC123"."""

    kind: str
    value: str


class SourcePhoto(CasePart, frozen=True):
    """A photo that a source lists for a case."""

    photo_id: str
    url: str
    kind: PhotoKind = PhotoKind.PORTRAIT
    caption: str | None = None
    taken_year: int | None = None


class Case(CasePart, frozen=True):
    """One missing person in one source."""

    case_id: str
    source: str
    source_id: str
    source_url: str | None = None
    case_type: CaseType = CaseType.MISSING
    status: CaseStatus = CaseStatus.OPEN
    names: tuple[Name, ...] = ()
    sex: str | None = None
    race_ethnicity: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    birth: Period | None = None
    age_when_missing: Range | None = None
    last_seen: LastSeen = LastSeen()
    height_cm: Range | None = None
    weight_kg: Range | None = None
    hair: str | None = None
    eyes_left: str | None = None
    eyes_right: str | None = None
    marks: tuple[str, ...] = ()
    clothing: tuple[str, ...] = ()
    narrative: str | None = None
    agencies: tuple[InvestigatingAgency, ...] = ()
    cross_references: tuple[CrossReference, ...] = ()
    photos: tuple[SourcePhoto, ...] = ()
    source_created: str | None = None
    source_modified: str | None = None

    @property
    def name(self) -> str | None:
        """The legal name as one line, else the first of the other names, else None."""
        legal = [name for name in self.names if name.kind == "legal"]
        return next((str(name) for name in (*legal, *self.names) if str(name)), None)

    @property
    def primary_agency(self) -> InvestigatingAgency | None:
        """The agency to call: the one marked primary, else the first with a phone, else the first."""
        by_use = sorted(self.agencies, key=lambda agency: (not agency.primary, agency.phone is None))
        return by_use[0] if by_use else None
