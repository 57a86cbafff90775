"""Parse one row of an agency's list into a case, and report every fault in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import (
    Case,
    CaseStatus,
    CrossReference,
    InvestigatingAgency,
    LastSeen,
    Name,
    Period,
    PhotoKind,
    SourcePhoto,
)
from lambdas.common.keys import case_id
from lambdas.ingest.sources.agency_folder.cells import COLUMNS, CellReader
from lambdas.ingest.sources.text_parsing import phone_e164

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def read_row(
    cells: Mapping[str, str], *, source: str, has_photo: Callable[[str], bool] = lambda _: True
) -> tuple[Case | None, list[str]]:
    """Parse a row. Return the case, or None if the row has problems, and the problems.

    Args:
        cells: text by column name; a missing column is an empty cell.
        source: the source's name, which starts the case id.
        has_photo: tells whether the folder has a file.
    """
    row = CellReader(cells)
    row.problems += [f"column {name!r} is not in the template" for name in cells if name not in COLUMNS]
    number = row.matching("case_id", r"[A-Za-z0-9_.\-]{1,100}")
    if number is None and not row.problems:
        row.problems.append("case_id is empty")
    case = _case(row, source, number or "-")
    row.problems += [
        f"photos names {photo.url}, which does not exist" for photo in case.photos if not has_photo(photo.url)
    ]
    return (None if row.problems else case), row.problems


def _case(row: CellReader, source: str, number: str) -> Case:
    birth, missing = row.date("birth_date"), row.date("last_seen_date")
    return Case(
        case_id=case_id(source, number),
        source=source,
        source_id=number,
        status=CaseStatus(row.one_of("status", "open", "resolved") or "open"),
        names=_names(row),
        sex=row.one_of("sex", "male", "female"),
        race_ethnicity=row.texts("race_ethnicity"),
        birth=Period(first=birth[0], last=birth[0], precision=birth[1]) if birth else None,
        age_when_missing=row.range("age_when_missing", minimum=0, maximum=120),
        last_seen=LastSeen(
            date=missing[0] if missing else None,
            precision=missing[1] if missing else None,
            city=row.text("last_seen_city"),
            county=row.text("last_seen_county"),
            region=row.text("last_seen_region"),
            country=row.matching("last_seen_country", "[A-Z]{2}"),
        ),
        height_cm=row.range("height_cm", minimum=30, maximum=280),
        weight_kg=row.range("weight_kg", minimum=1, maximum=700),
        hair=row.text("hair"),
        eyes_left=row.text("eyes"),
        eyes_right=row.text("eyes"),
        marks=row.texts("marks"),
        narrative=row.text("narrative"),
        agencies=_agencies(row),
        cross_references=_cross_references(row),
        photos=_photos(row),
    )


def _names(row: CellReader) -> tuple[Name, ...]:
    legal = Name(given=row.text("given_name"), middle=row.text("middle_name"), family=row.text("family_name"))
    aliases = (Name(given=alias, kind="alias") for alias in row.texts("aliases"))
    return tuple(name for name in (legal, *aliases) if str(name))


def _agencies(row: CellReader) -> tuple[InvestigatingAgency, ...]:
    phone = row.text("agency_phone")
    e164 = phone if phone and re.fullmatch(r"\+[1-9]\d{6,14}", phone) else phone_e164(phone)
    if phone and not e164:
        row.problems.append(f"agency_phone is {phone!r}; expected {COLUMNS['agency_phone']}")
    agency = InvestigatingAgency(
        name=row.text("agency_name"),
        phone=e164,
        phone_raw=phone,
        case_number=row.text("agency_case_number"),
        primary=True,
    )
    return (agency,) if agency.name or agency.phone_raw or agency.case_number else ()


def _cross_references(row: CellReader) -> tuple[CrossReference, ...]:
    numbers = ((kind, row.text(f"{kind}_number")) for kind in ("ncmec", "namus"))
    return tuple(CrossReference(kind=kind, value=number) for kind, number in numbers if number)


def _photos(row: CellReader) -> tuple[SourcePhoto, ...]:
    photos: dict[str, Any] = {}
    for part in row.texts("photos"):
        name, _, kind = (piece.strip() for piece in part.partition("|"))
        photo_id = re.sub(r"[^A-Za-z0-9_\-]", "_", name.rsplit(".", 1)[0])[:100]
        if kind and kind not in set(PhotoKind):
            row.problems.append(f"photos says {kind!r} of {name}; expected one of {', '.join(PhotoKind)}")
        elif not photo_id or photo_id in photos:
            row.problems.append(f"photos names {name!r} twice, or it is not a file name")
        else:
            photos[photo_id] = SourcePhoto(photo_id=photo_id, url=f"photos/{name}", kind=PhotoKind(kind or "portrait"))
    return tuple(photos.values())
