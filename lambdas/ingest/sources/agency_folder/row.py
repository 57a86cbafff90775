"""Parse one row of an agency's list into a case, and report every fault in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.case import (
    Case,
    CaseStatus,
    CrossReference,
    InvestigatingAgency,
    LastSeen,
    Name,
    Period,
    SourcePhoto,
)
from lambdas.common.keys import case_id
from lambdas.common.outside_text import shown
from lambdas.ingest.sources.agency_folder.cells import CellReader
from lambdas.ingest.sources.agency_folder.measures import CENTIMETERS, KILOGRAMS, YEARS
from lambdas.ingest.sources.agency_folder.photo_names import read_photos
from lambdas.ingest.sources.fields import SEX_LETTERS
from lambdas.ingest.sources.phones import find_phone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


_COUNTRY_NAMES = {
    **dict.fromkeys(("usa", "u.s.", "u.s.a.", "united states", "united states of america"), "US"),
    **dict.fromkeys(("can", "canada"), "CA"),
    **dict.fromkeys(("mex", "mexico"), "MX"),
}


def read_row(
    cells: Mapping[str, str],
    *,
    source: str,
    country: str = "US",
    find_file: Callable[[str], str | None] = lambda name: name,
) -> tuple[Case | None, list[str]]:
    """Parse a row. Return the case, or None if the row has problems, and the problems.

    Args:
        cells: text by column name; a missing column is an empty cell.
        source: the source's name, which starts the case id.
        country: the country of telephone numbers without a country's code.
        find_file: returns the name that the folder has for a file, or None if it lacks the file.
    """
    row = CellReader(cells)
    number = row.matching("case_id", r"(?!\.+\Z)[A-Za-z0-9_.\-]{1,100}")
    if number is None and not row.problems:
        row.problems.append("case_id is empty")
    case = _case(row, source, number or "-", country)
    row.problems += _file_problems(case.photos, find_file)
    return (None if row.problems else case), row.problems


def _file_problems(photos: Iterable[SourcePhoto], find_file: Callable[[str], str | None]) -> Iterator[str]:
    """Report files that do not exist, and files that the row names twice with different spellings."""
    found: set[str] = set()
    for photo in photos:
        file = find_file(photo.url)
        if file is None:
            yield f"photos names {shown(photo.url)}, which does not exist"
        elif file in found:
            yield f"photos names {shown(photo.url)}, the same file as another photo"
        else:
            found.add(file)


def _case(row: CellReader, source: str, number: str, country: str) -> Case:
    birth, missing = row.date("birth_date"), row.date("last_seen_date")
    return Case(
        case_id=case_id(source, number),
        source=source,
        source_id=number,
        status=CaseStatus(row.one_of("status", ("open", "resolved")) or "open"),
        names=_names(row),
        sex=row.one_of("sex", ("male", "female"), SEX_LETTERS),
        race_ethnicity=row.texts("race_ethnicity"),
        birth=Period(first=birth[0], last=birth[0], precision=birth[1]) if birth else None,
        age_when_missing=row.range("age_when_missing", YEARS, minimum=0, maximum=120),
        last_seen=LastSeen(
            date=missing[0] if missing else None,
            precision=missing[1] if missing else None,
            city=row.text("last_seen_city"),
            county=row.text("last_seen_county"),
            region=row.text("last_seen_region"),
            country=row.matching("last_seen_country", "[A-Z]{2}", _COUNTRY_NAMES),
        ),
        height_cm=row.range("height_cm", CENTIMETERS, minimum=30, maximum=280),
        weight_kg=row.range("weight_kg", KILOGRAMS, minimum=1, maximum=700),
        hair=row.text("hair"),
        eyes_left=row.text("eyes"),
        eyes_right=row.text("eyes"),
        marks=row.texts("marks"),
        clothing=row.texts("clothing"),
        narrative=row.text("narrative"),
        agencies=_agencies(row, country),
        cross_references=_cross_references(row),
        photos=_photos(row),
    )


def _names(row: CellReader) -> tuple[Name, ...]:
    legal = Name(given=row.text("given_name"), middle=row.text("middle_name"), family=row.text("family_name"))
    aliases = (Name(given=alias, kind="alias") for alias in row.texts("aliases"))
    return tuple(name for name in (legal, *aliases) if str(name))


def _agencies(row: CellReader, country: str) -> tuple[InvestigatingAgency, ...]:
    written = row.text("agency_phone")
    phone = find_phone(written, country=country)
    agency = InvestigatingAgency(
        name=row.text("agency_name"),
        phone=phone.e164 if phone else None,
        phone_extension=phone.extension if phone else None,
        phone_raw=written,
        case_number=row.text("agency_case_number"),
        primary=True,
    )
    return (agency,) if agency.name or agency.phone_raw or agency.case_number else ()


def _cross_references(row: CellReader) -> tuple[CrossReference, ...]:
    numbers = ((kind, row.text(f"{kind}_number")) for kind in ("ncmec", "namus"))
    return tuple(CrossReference(kind=kind, value=number) for kind, number in numbers if number)


def _photos(row: CellReader) -> tuple[SourcePhoto, ...]:
    photos, problems = read_photos(row.texts("photos"))
    row.problems += (f"photos {problem}" for problem in problems)
    return photos
