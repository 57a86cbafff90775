"""The details of one child, as NCMEC gives them, as a typed case."""

from __future__ import annotations

import re
from typing import Any

from lambdas.cases.case import Agency, Case, CrossReference, LastSeen, Name, Period, PhotoKind, Range, SourcePhoto
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import day_in_words, years_between
from lambdas.ingest.sources.fields import (
    decode_object,
    integer,
    known,
    member,
    phone_e164,
    plain,
    positive,
    span,
    text,
)
from lambdas.ingest.sources.names import in_usual_case
from lambdas.ingest.sources.protocol import DocumentError

_INCH_CM = 2.54
_POUND_KG = 0.45359237
# The letter in a picture's name. `a` is a companion or an abductor: it is never asked for.
_LETTERS = (
    ("hasPhoto", "c", PhotoKind.PORTRAIT),
    ("hasAgedPhoto", "e", PhotoKind.AGE_PROGRESSION),
    ("hasExtraPhoto", "x", PhotoKind.PORTRAIT),
)


def read_ncmec_case(source: str, source_id: str, document: bytes) -> Case:
    """The typed case.

    Raises:
        DocumentError: it is no JSON object, an error, another child, or unidentified remains.
    """
    raw = decode_object(document)
    child = member(raw, "childBean")
    organisation, number, sequence = text(child, "orgPrefix"), text(child, "caseNumber"), integer(child, "seqNumber")
    if f"{organisation}{number}-{sequence}" != source_id:
        reason = text(raw, "msg") or text(raw, "status") or "nothing"
        raise DocumentError(f"the document is that of {organisation}{number}-{sequence} and says {reason[:100]!r}")
    if organisation == "NCMU" or (text(child, "caseType") or "").lower() == "unidentified":
        raise DocumentError("the document is of unidentified remains")
    birth, missing = (day_in_words(member(child, key)) for key in ("birthDate", "missingDate"))
    return Case(
        case_id=case_id(source, source_id),
        source=source,
        source_id=source_id,
        source_url=f"https://www.missingkids.org/poster/{organisation}/{number}/{sequence}",
        names=_names(child),
        sex=sex.lower() if (sex := known(child, "sex")) and sex.lower() in {"male", "female"} else None,
        race_ethnicity=(race,) if (race := known(child, "race")) else (),
        birth=Period(first=birth, last=birth) if birth else None,
        age_when_missing=_age(child, birth, missing),
        last_seen=LastSeen(
            date=missing,
            precision="day" if missing else None,
            city=in_usual_case(city) if (city := known(child, "missingCity")) else None,
            county=known(child, "missingCounty"),
            region=known(child, "missingState") or known(child, "missingProvince"),
            country=known(child, "missingCountry"),
        ),
        height_cm=_measure(child, "height", imperial="heightInInch", factor=_INCH_CM, maximum=280),
        weight_kg=_measure(child, "weight", imperial="weightInPound", factor=_POUND_KG, maximum=1_500),
        hair=known(child, "hairColor"),
        eyes_left=known(child, "eyeColor"),
        eyes_right=known(child, "eyeColor"),
        narrative=plain(text(child, "circumstance")) or plain(text(child, "profileNarrative")),
        agencies=_agencies(child),
        cross_references=(CrossReference(kind="ncmec", value=number),) if number else (),
        photos=_photos(child),
    )


def _names(child: Any) -> tuple[Name, ...]:
    given, middle, family = (known(child, key) for key in ("firstName", "middleName", "lastName"))
    parts = [in_usual_case(part) if part else None for part in (given, middle, family)]
    name = Name(given=parts[0], middle=parts[1], family=parts[2])
    return (name,) if str(name) else ()


def _age(child: Any, birth: str | None, missing: str | None) -> Range | None:
    """From the two dates; `age` is that of today, and `approxAge` a text such as 14-17."""
    years = years_between(birth, missing)
    if years is not None:
        return Range(min=years, max=years)
    approximate = re.fullmatch(r"\s*(\d{1,2})\s*(?:-\s*(\d{1,2}))?\s*", text(child, "approxAge") or "")
    return span(float(approximate[1]), float(approximate[2] or approximate[1])) if approximate else None


def _measure(child: Any, key: str, *, imperial: str, factor: float, maximum: float) -> Range | None:
    return span(positive(child, key, maximum=maximum), None, factor=1.0 if member(child, imperial) is False else factor)


def _agencies(child: Any) -> tuple[Agency, ...]:
    """The investigating agency is only a line of text that ends in its phone number."""
    lines = ((text(child, "altContact"), True), (text(child, "orgContactInfo"), False))
    found = [_agency(line, text(child, "orgName"), primary=primary) for line, primary in lines if line]
    return tuple(found)


def _agency(line: str, organisation: str | None, *, primary: bool) -> Agency:
    match = re.search(r"(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}", line)
    name = line[: match.start()].strip(" ,:-") if match else line
    return Agency(
        name=(name if primary else organisation) or None,
        phone=phone_e164(match[0]) if match else None,
        phone_raw=match[0] if match else None,
        primary=primary,
    )


def _photos(child: Any) -> tuple[SourcePhoto, ...]:
    """Pictures have names by pattern: number, letter, the child's place in the case."""
    stem = f"{text(child, 'orgPrefix')}{text(child, 'caseNumber')}"
    place = integer(child, "seqNumber")
    return tuple(
        SourcePhoto(
            photo_id=f"{letter}{place}",
            url=f"/photographs/{stem}{letter}{place}.jpg",
            kind=kind,
            is_default=letter == "c",
        )
        for flag, letter, kind in _LETTERS
        if member(child, flag) is True
    )
