"""Parse an INTERPOL notice and the list of its pictures into a case."""

from __future__ import annotations

import re
from typing import Any

from lambdas.cases.case import Case, CaseType, InvestigatingAgency, LastSeen, Name, Period, Range, SourcePhoto
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import parse_partial_date, years_between
from lambdas.ingest.sources.fields import address, decode_object, items, known_text, member, positive, sex, text, texts
from lambdas.ingest.sources.names import title_case
from lambdas.ingest.sources.protocol import DocumentError
from lambdas.ingest.sources.text_parsing import plain_text
from lambdas.ingest.sources.units import span

_COLORS = {
    "BLA": "black",
    "BRO": "brown",
    "BROD": "dark brown",
    "BROL": "light brown",
    "BLU": "blue",
    "GRE": "green",
    "GRY": "grey",
    "HAZ": "hazel",
    "YELB": "blond",
    "RED": "red",
    "WHI": "white",
}


def read_interpol_case(source: str, source_id: str, document: bytes, *, case_type: CaseType) -> Case:
    """Parse a document `{"notice": ..., "images": ...}`.

    Raises:
        DocumentError: the document is not a JSON object, or belongs to another notice.
    """
    raw = decode_object(document)
    notice = member(raw, "notice")
    entity = (text(notice, "entity_id") or "").replace("/", "-")
    if entity != source_id:
        raise DocumentError(f"the document is that of {entity!r}, not of {source_id}")
    birth = parse_partial_date(member(notice, "date_of_birth"))
    event = parse_partial_date(member(notice, "date_of_event"))
    age = years_between(birth[0] if birth else None, event[0] if event else None)
    nationalities = tuple(code for code in items(notice, "nationalities") if _is_country(code))
    country = text(notice, "country")
    color = "yellow" if case_type is CaseType.MISSING else "red"
    return Case(
        case_id=case_id(source, source_id),
        source=source,
        source_id=source_id,
        source_url=f"https://www.interpol.int/How-we-work/Notices/{color.title()}-Notices/View-{color.title()}-Notices#{source_id}",
        case_type=case_type,
        names=_names(notice),
        sex=sex(notice, "sex_id"),
        nationalities=nationalities,
        birth=_birth(birth),
        age_when_missing=Range(min=age, max=age) if age is not None else None,
        last_seen=LastSeen(
            date=event[0] if event else None,
            precision=event[1] if event else None,
            city=title_case(place) if (place := known_text(notice, "place")) else None,
            country=country if _is_country(country) else None,
        ),
        height_cm=span(positive(notice, "height", maximum=2.8), None, factor=100),
        weight_kg=span(positive(notice, "weight", maximum=700), None),
        hair=_colors(notice, "hairs_id"),
        eyes_left=_colors(notice, "eyes_colors_id"),
        eyes_right=_colors(notice, "eyes_colors_id"),
        marks=(marks,) if (marks := plain_text(text(notice, "distinguishing_marks"))) else (),
        agencies=(_bureau(country if _is_country(country) else next(iter(nationalities), None)),),
        photos=_photos(raw),
    )


def _names(notice: Any) -> tuple[Name, ...]:
    given, family, born = (known_text(notice, key) for key in ("forename", "name", "birth_name"))
    legal = Name(given=title_case(given) if given else None, family=title_case(family) if family else None)
    alias = Name(given=legal.given, family=title_case(born), kind="alias") if born and born != family else None
    return tuple(name for name in (legal, alias) if name is not None and str(name))


def _birth(birth: tuple[str, str] | None) -> Period | None:
    if birth is None:
        return None
    date, precision = birth
    first, last = {
        "day": (date, date),
        "month": (f"{date}-01", f"{date}-28"),
        "year": (f"{date}-01-01", f"{date}-12-31"),
    }[precision]
    return Period(first=first, last=last, precision=precision)


def _colors(notice: Any, key: str) -> str | None:
    return ", ".join(_COLORS.get(code, code.lower()[:20]) for code in texts(notice, key)) or None


def _bureau(country: str | None) -> InvestigatingAgency:
    """Return the national bureau, because a notice names no agency and no phone."""
    return InvestigatingAgency(
        name=f"INTERPOL National Central Bureau, {country}" if country else "INTERPOL National Central Bureau",
        url="https://www.interpol.int/Contacts/Contact-INTERPOL",
        primary=True,
    )


def _photos(raw: Any) -> tuple[SourcePhoto, ...]:
    photos = {}
    for entry in items(raw, "images", "_embedded", "images"):
        picture, link = text(entry, "picture_id"), address(entry, "_links", "self", "href")
        if picture and link and re.fullmatch(r"[0-9A-Za-z]{1,40}", picture):
            photos[picture] = SourcePhoto(photo_id=picture, url=link)
    return tuple(photos.values())


def _is_country(code: Any) -> bool:
    return isinstance(code, str) and re.fullmatch(r"[A-Z]{2}", code) is not None
