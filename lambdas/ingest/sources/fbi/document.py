"""Parse an FBI poster into a case."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from lambdas.cases.case import (
    Case,
    CaseStatus,
    CaseType,
    CrossReference,
    InvestigatingAgency,
    LastSeen,
    Name,
    Period,
    PhotoKind,
    SourcePhoto,
)
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import parse_day
from lambdas.ingest.sources.fields import address, decode_object, items, known_text, lines, positive, sex, text, texts
from lambdas.ingest.sources.names import parse_name
from lambdas.ingest.sources.protocol import DocumentError
from lambdas.ingest.sources.text_parsing import caption_year, plain_text
from lambdas.ingest.sources.units import CM_PER_INCH, KG_PER_POUND, span

_MISSING_SUBJECTS = frozenset({"kidnappings and missing persons", "vicap missing persons"})
_CLOSED = frozenset({"captured", "located", "recovered", "surrendered", "deceased"})

_AGE_PROGRESSION = re.compile(r"\bage[- ]?(progress|enhanc)", re.IGNORECASE)
_DRAWING = re.compile(r"\b(sketch|composite|artist|drawing|rendering|reconstruction)", re.IGNORECASE)
_NOT_THE_PERSON = re.compile(
    r"\b(vehicle|car|truck|van|suv|wagon|sedan|motorcycle|bicycle|boat|tattoo|jewelry|necklace|ring|cloth\w*|shoes?"
    r"|jacket|backpack|suspect\w*|person of interest|abductor|companion|mother|father|parent|brother|sister|map|house"
    r"|location)\b",
    re.IGNORECASE,
)


def case_type_of(row: Any) -> CaseType:
    """Return the case type of a poster.

    Missing persons have the classification `missing`, or one like `kidnapping` or `default` with a matching subject.
    A kidnapping that has only other subjects counts as wanted, because the poster may show the kidnapper.
    """
    subjects = {subject.lower() for subject in texts(row, "subjects")}
    classification = (text(row, "poster_classification") or "").lower()
    is_missing = (
        classification == "missing"
        or bool(subjects & _MISSING_SUBJECTS)
        or (classification == "kidnapping" and not subjects)
    )
    if is_missing:
        return CaseType.MISSING
    return (
        CaseType.OTHER if classification in {"information", "law-enforcement-assistance", "ecap"} else CaseType.WANTED
    )


def read_fbi_case(source: str, source_id: str, document: bytes) -> Case:
    """Parse a poster.

    Raises:
        DocumentError: the document is not a JSON object, or belongs to another poster.
    """
    raw = decode_object(document)
    if text(raw, "uid") != source_id:
        raise DocumentError(f"the document is that of {text(raw, 'uid')!r}, not of {source_id}")
    narrative = " ".join(part for part in (plain_text(text(raw, "details")), plain_text(text(raw, "remarks"))) if part)
    return Case(
        case_id=case_id(source, source_id),
        source=source,
        source_id=source_id,
        source_url=text(raw, "url"),
        case_type=case_type_of(raw),
        status=CaseStatus.RESOLVED if (text(raw, "status") or "").lower() in _CLOSED else CaseStatus.OPEN,
        names=_names(raw),
        sex=sex(raw, "sex"),
        race_ethnicity=(race,) if (race := known_text(raw, "race_raw") or known_text(raw, "race")) else (),
        nationalities=(),
        birth=_birth(raw),
        age_when_missing=span(positive(raw, "age_min", maximum=130), positive(raw, "age_max", maximum=130)),
        last_seen=_last_seen(raw),
        height_cm=span(*(positive(raw, f"height_{end}", maximum=108) for end in ("min", "max")), factor=CM_PER_INCH),
        weight_kg=span(*(positive(raw, f"weight_{end}", maximum=1_500) for end in ("min", "max")), factor=KG_PER_POUND),
        hair=known_text(raw, "hair_raw") or known_text(raw, "hair"),
        eyes_left=known_text(raw, "eyes_raw") or known_text(raw, "eyes"),
        eyes_right=known_text(raw, "eyes_raw") or known_text(raw, "eyes"),
        marks=(marks,) if (marks := plain_text(text(raw, "scars_and_marks"))) else (),
        narrative=narrative or None,
        agencies=_agencies(raw),
        cross_references=(CrossReference(kind="ncic", value=ncic),) if (ncic := text(raw, "ncic")) else (),
        photos=_photos(raw),
        source_created=text(raw, "publication"),
        source_modified=text(raw, "modified"),
    )


def _names(raw: Any) -> tuple[Name, ...]:
    """Parse the title, a name that a place may follow: "ANSEL FABRICATED - EXAMPLE RIVER, OHIO"."""
    title = re.split(r"\s+[-\u2013\u2014]\s+", known_text(raw, "title") or "")[0]
    aliases = (alias.strip(" \"'\u201c\u201d") for alias in texts(raw, "aliases"))
    return tuple(
        name
        for name in (parse_name(title), *(parse_name(alias[:200], kind="alias") for alias in aliases))
        if name is not None
    )


def _birth(raw: Any) -> Period | None:
    days = sorted(day for used in items(raw, "dates_of_birth_used") if (day := parse_day(used)))
    if not days:
        return None
    return Period(first=days[0], last=days[-1], precision="day" if days[0] == days[-1] else "range")


def _last_seen(raw: Any) -> LastSeen:
    """Parse `description`: the date on the first line and the place on the next. Keep anything else as text."""
    written = lines(raw, "description")
    date = parse_day(written[0]) if written else None
    if date is None:
        return LastSeen(text=plain_text(text(raw, "description")))
    place = written[1] if len(written) > 1 else ""
    city, _, region = (part.strip() for part in place.partition(","))
    return LastSeen(date=date, precision="day", city=city or None, region=region or None, text=place or None)


def _agencies(raw: Any) -> tuple[InvestigatingAgency, ...]:
    offices = texts(raw, "field_offices")
    url = text(raw, "url")
    return tuple(
        InvestigatingAgency(name=f"FBI {office[:100].title()}", url=url, primary=at == 0)
        for at, office in enumerate(offices)
    ) or (InvestigatingAgency(name="FBI", url=url, primary=True),)


def _photos(raw: Any) -> tuple[SourcePhoto, ...]:
    path = text(raw, "path")
    photos = (_photo(entry, poster_path=path) for entry in items(raw, "images"))
    return tuple({photo.photo_id: photo for photo in photos if photo is not None}.values())


def _photo(entry: Any, *, poster_path: str | None) -> SourcePhoto | None:
    """Return the picture, or None without a valid link. The API gives no id, so the hash of the link is the id."""
    link = address(entry, "original")
    if link is None:
        return None
    caption = plain_text(text(entry, "caption"))
    try:
        is_poster = poster_path is not None and urlsplit(link).path == f"{poster_path}/@@images/image"
    except ValueError:
        return None
    return SourcePhoto(
        photo_id=hashlib.sha256(link.encode()).hexdigest()[:16],
        url=link,
        kind=photo_kind(caption, is_poster=is_poster),
        caption=caption[:500] if caption else None,
        taken_year=caption_year(caption),
    )


def photo_kind(caption: str | None, *, is_poster: bool) -> PhotoKind:
    """Return what a picture shows, according to its caption.

    Pictures of cars and of other people often have no caption. Without a caption, only the poster's own picture
    counts as a portrait.
    """
    if caption is None:
        return PhotoKind.PORTRAIT if is_poster else PhotoKind.OTHER
    if _AGE_PROGRESSION.search(caption):
        return PhotoKind.AGE_PROGRESSION
    if _DRAWING.search(caption):
        return PhotoKind.ARTIST
    return PhotoKind.OTHER if _NOT_THE_PERSON.search(caption) else PhotoKind.PORTRAIT
