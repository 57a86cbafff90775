"""Parse a NamUs document into a case. Shape A is that of 2018-19, shape B that of 2020 and later."""

from __future__ import annotations

import re
from typing import Any

from lambdas.cases.case import Case, CaseStatus, CrossReference, InvestigatingAgency, LastSeen, Name, Range
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import parse_partial_date
from lambdas.ingest.sources.fields import (
    decode_object,
    integer,
    items,
    known_text,
    member,
    number,
    positive,
    sex,
    text,
)
from lambdas.ingest.sources.namus.photos import read_photos
from lambdas.ingest.sources.phones import find_phone
from lambdas.ingest.sources.protocol import DocumentError
from lambdas.ingest.sources.text_parsing import plain_text
from lambdas.ingest.sources.units import CM_PER_INCH, KG_PER_POUND, span


def read_namus_case(source: str, source_id: str, document: bytes, *, base_url: str) -> Case:
    """Parse a document of either shape.

    Raises:
        DocumentError: the document is not a JSON object, or belongs to another case.
    """
    raw = decode_object(document)
    _check_identity(raw, source_id)
    age = (positive(raw, "subjectIdentification", f"computedMissing{end}Age", maximum=130) for end in ("Min", "Max"))
    return Case(
        case_id=case_id(source, source_id),
        source=source,
        source_id=source_id,
        source_url=f"{base_url.rstrip('/')}/MissingPersons/Case#/{source_id.removeprefix('MP')}",
        status=CaseStatus.RESOLVED if member(raw, "caseIsResolved") is True else CaseStatus.OPEN,
        names=_names(raw),
        sex=sex(raw, "subjectDescription", "sex", "name"),
        race_ethnicity=_ethnicities(raw),
        age_when_missing=span(*age),
        last_seen=_last_seen(raw),
        height_cm=_measure(raw, "height", factor=CM_PER_INCH, maximum=108),
        weight_kg=_measure(raw, "weight", factor=KG_PER_POUND, maximum=1_500),
        hair=known_text(raw, "physicalDescription", "hairColor", "name"),
        eyes_left=known_text(raw, "physicalDescription", "leftEyeColor", "name"),
        eyes_right=known_text(raw, "physicalDescription", "rightEyeColor", "name"),
        marks=_described(raw, "physicalFeatureDescriptions", "physicalFeature"),
        clothing=_described(raw, "clothingAndAccessoriesArticles", "article"),
        narrative=plain_text(text(raw, "circumstances", "circumstancesOfDisappearance")),
        agencies=_agencies(raw),
        cross_references=_cross_references(raw),
        photos=read_photos(raw),
        source_created=text(raw, "createdDateTime"),
        source_modified=text(raw, "modifiedDateTime"),
    )


def _check_identity(raw: dict[str, Any], source_id: str) -> None:
    stated = text(raw, "idFormatted")
    if stated is None:
        by_number = integer(raw, "id")
        if by_number is None:
            raise DocumentError("the document names no case: neither idFormatted nor id")
        stated = f"MP{by_number}"
    if stated != source_id:
        raise DocumentError(f"the document is that of {stated[:40]!r}, not of {source_id}")


def _names(raw: dict[str, Any]) -> tuple[Name, ...]:
    subject = member(raw, "subjectIdentification")
    legal = Name(
        given=known_text(subject, "firstName"),
        middle=known_text(subject, "middleName"),
        family=known_text(subject, "lastName"),
    )
    nicknames = (part.strip() for part in re.split(r"[,;]", known_text(subject, "nicknames") or ""))
    aliases = [Name(given=nickname, kind="alias") for nickname in nicknames if nickname]
    return tuple(name for name in (legal, *aliases[:20]) if str(name))


def _ethnicities(raw: dict[str, Any]) -> tuple[str, ...]:
    listed = items(raw, "subjectDescription", "ethnicities") or [member(raw, "subjectDescription", "primaryEthnicity")]
    return tuple(name for entry in listed if (name := known_text(entry, "name")))


def _measure(raw: dict[str, Any], what: str, *, factor: float, maximum: float) -> Range | None:
    ends = (positive(raw, "subjectDescription", f"{what}{end}", maximum=maximum) for end in ("From", "To"))
    return span(*ends, factor=factor)


def _last_seen(raw: dict[str, Any]) -> LastSeen:
    sighting = member(raw, "sighting")
    # Shape A has flat strings, shape B an address of objects.
    region = known_text(sighting, "address", "state", "name") or known_text(sighting, "state")
    county = known_text(sighting, "address", "county", "displayName") or known_text(sighting, "countyDisplayName")
    date = parse_partial_date((text(sighting, "date") or "")[:10])
    latitude, longitude = (number(sighting, "publicGeolocation", "coordinates", axis) for axis in ("lat", "lon"))
    on_earth = latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180
    return LastSeen(
        date=date[0] if date else None,
        precision=date[1] if date else None,
        city=known_text(sighting, "address", "city") or known_text(sighting, "city"),
        county=county,
        region=region,
        country="US" if region else None,
        latitude=latitude if on_earth else None,
        longitude=longitude if on_earth else None,
        text=text(sighting, "publicGeolocation", "formattedAddress"),
    )


def _described(raw: dict[str, Any], listing: str, kind: str) -> tuple[str, ...]:
    """Read a list of things with a kind and a description, such as `Tattoo: anchor on the left arm`."""
    listed = ((text(entry, kind, "name"), text(entry, "description")) for entry in items(raw, listing))
    return tuple(": ".join(part for part in parts if part)[:500] for parts in listed if any(parts))


def _agencies(raw: dict[str, Any]) -> tuple[InvestigatingAgency, ...]:
    primary = text(raw, "primaryInvestigatingAgency", "name")
    listed = [_agency(entry, primary=primary) for entry in items(raw, "investigatingAgencies")[:10]]
    return tuple(agency for agency in listed if agency.name or agency.phone_raw)


def _agency(entry: Any, *, primary: str | None) -> InvestigatingAgency:
    details = member(entry, "selection") or member(entry, "properties")
    name = text(entry, "name") or text(details, "agency", "name")
    written = text(details, "agency", "phone")
    phone = find_phone(written, country="US")
    contact = " ".join(part for key in ("firstName", "lastName") if (part := text(details, "contact", key)))
    return InvestigatingAgency(
        name=name,
        phone=phone.e164 if phone else None,
        phone_extension=phone.extension if phone else None,
        phone_raw=written,
        case_number=text(entry, "caseNumber"),
        contact=contact or None,
        url=text(details, "agency", "websiteUrl"),
        primary=name is not None and name == primary,
    )


def _cross_references(raw: dict[str, Any]) -> tuple[CrossReference, ...]:
    ncmec = text(raw, "caseIdentification", "ncmecNumber")
    return (CrossReference(kind="ncmec", value=ncmec),) if ncmec else ()
