"""Parse NCMEC's details of a child into a case."""

from __future__ import annotations

import re
from typing import Any

from lambdas.cases.case import (
    Case,
    CrossReference,
    InvestigatingAgency,
    LastSeen,
    Name,
    Period,
    PhotoKind,
    Range,
    SourcePhoto,
)
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import parse_day, years_between
from lambdas.ingest.sources.fields import decode_object, integer, known_text, member, positive, sex, text
from lambdas.ingest.sources.names import title_case
from lambdas.ingest.sources.phones import find_phone
from lambdas.ingest.sources.protocol import DocumentError
from lambdas.ingest.sources.text_parsing import plain_text
from lambdas.ingest.sources.units import CM_PER_INCH, KG_PER_POUND, span

# The letter in a picture's name. `a` shows a companion or an abductor, so it is never fetched.
_LETTERS = (
    ("hasPhoto", "c", PhotoKind.PORTRAIT),
    ("hasAgedPhoto", "e", PhotoKind.AGE_PROGRESSION),
    ("hasExtraPhoto", "x", PhotoKind.PORTRAIT),
)


def read_ncmec_case(source: str, source_id: str, document: bytes) -> Case:
    """Parse the details of a child.

    Raises:
        DocumentError: the document is not a JSON object, reports an error, or describes another child or
            unidentified remains.
    """
    raw = decode_object(document)
    child = member(raw, "childBean")
    organization, number, sequence = text(child, "orgPrefix"), text(child, "caseNumber"), integer(child, "seqNumber")
    if f"{organization}{number}-{sequence}" != source_id:
        reason = text(raw, "msg") or text(raw, "status") or "nothing"
        raise DocumentError(f"the document is that of {organization}{number}-{sequence} and says {reason[:100]!r}")
    if organization == "NCMU" or (text(child, "caseType") or "").lower() == "unidentified":
        raise DocumentError("the document is of unidentified remains")
    birth, missing = (parse_day(member(child, key)) for key in ("birthDate", "missingDate"))
    return Case(
        case_id=case_id(source, source_id),
        source=source,
        source_id=source_id,
        source_url=f"https://www.missingkids.org/poster/{organization}/{number}/{sequence}",
        names=_names(child),
        sex=sex(child, "sex"),
        race_ethnicity=(race,) if (race := known_text(child, "race")) else (),
        birth=Period(first=birth, last=birth) if birth else None,
        age_when_missing=_age(child, birth, missing),
        last_seen=LastSeen(
            date=missing,
            precision="day" if missing else None,
            city=title_case(city) if (city := known_text(child, "missingCity")) else None,
            county=known_text(child, "missingCounty"),
            region=known_text(child, "missingState") or known_text(child, "missingProvince"),
            country=known_text(child, "missingCountry"),
        ),
        height_cm=_measure(child, "height", imperial="heightInInch", factor=CM_PER_INCH, maximum=280),
        weight_kg=_measure(child, "weight", imperial="weightInPound", factor=KG_PER_POUND, maximum=1_500),
        hair=known_text(child, "hairColor"),
        eyes_left=known_text(child, "eyeColor"),
        eyes_right=known_text(child, "eyeColor"),
        narrative=plain_text(text(child, "circumstance")) or plain_text(text(child, "profileNarrative")),
        agencies=_agencies(child),
        cross_references=(CrossReference(kind="ncmec", value=number),) if number else (),
        photos=_photos(child),
    )


def _names(child: Any) -> tuple[Name, ...]:
    given, middle, family = (known_text(child, key) for key in ("firstName", "middleName", "lastName"))
    parts = [title_case(part) if part else None for part in (given, middle, family)]
    name = Name(given=parts[0], middle=parts[1], family=parts[2])
    return (name,) if str(name) else ()


def _age(child: Any, birth: str | None, missing: str | None) -> Range | None:
    """Compute the age from the two dates, or parse `approxAge`, such as 14-17. `age` is the current age."""
    years = years_between(birth, missing)
    if years is not None:
        return Range(min=years, max=years)
    approximate = re.fullmatch(r"\s*(\d{1,2})\s*(?:-\s*(\d{1,2}))?\s*", text(child, "approxAge") or "")
    return span(float(approximate[1]), float(approximate[2] or approximate[1])) if approximate else None


def _measure(child: Any, key: str, *, imperial: str, factor: float, maximum: float) -> Range | None:
    return span(positive(child, key, maximum=maximum), None, factor=1.0 if member(child, imperial) is False else factor)


def _agencies(child: Any) -> tuple[InvestigatingAgency, ...]:
    """Parse the agencies, each a line of text that ends in a phone number."""
    lines = ((text(child, "altContact"), True), (text(child, "orgContactInfo"), False))
    found = [_agency(line, text(child, "orgName"), primary=primary) for line, primary in lines if line]
    return tuple(found)


def _agency(line: str, organization: str | None, *, primary: bool) -> InvestigatingAgency:
    phone = find_phone(line, country="US")
    name = (line[: phone.start].strip(" ,:-") if phone else line) if primary else organization
    return InvestigatingAgency(
        name=name or None,
        phone=phone.e164 if phone else None,
        phone_extension=phone.extension if phone else None,
        phone_raw=line[phone.start :] if phone else (None if primary else line),
        primary=primary,
    )


def _photos(child: Any) -> tuple[SourcePhoto, ...]:
    """Build the links of the pictures: case number, letter, the child's number in the case."""
    stem = f"{text(child, 'orgPrefix')}{text(child, 'caseNumber')}"
    sequence = integer(child, "seqNumber")
    return tuple(
        SourcePhoto(
            photo_id=f"{letter}{sequence}",
            url=f"/photographs/{stem}{letter}{sequence}.jpg",
            kind=kind,
        )
        for flag, letter, kind in _LETTERS
        if member(child, flag) is True
    )
