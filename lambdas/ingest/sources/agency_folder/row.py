"""One row of an agency's own list: every cell checked, every fault named, nothing guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import (
    Agency,
    Case,
    CaseStatus,
    CrossReference,
    LastSeen,
    Name,
    Period,
    PhotoKind,
    Range,
    SourcePhoto,
)
from lambdas.common.keys import case_id
from lambdas.ingest.sources.dates import partial_date
from lambdas.ingest.sources.fields import phone_e164

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The columns of the template, with what belongs in them. Only case_id must be filled in.
COLUMNS = {
    "case_id": "the agency's own number: letters, digits, '_', '.', '-', at most 100",
    "status": "open or resolved; empty means open",
    "given_name": "text",
    "middle_name": "text",
    "family_name": "text",
    "aliases": "names, separated by ';'",
    "sex": "male or female",
    "race_ethnicity": "texts, separated by ';'",
    "birth_date": "YYYY-MM-DD, YYYY-MM or YYYY",
    "age_when_missing": "years: 34, or 30-40",
    "last_seen_date": "YYYY-MM-DD, YYYY-MM or YYYY",
    "last_seen_city": "text",
    "last_seen_county": "text",
    "last_seen_region": "text",
    "last_seen_country": "two letters (ISO 3166)",
    "height_cm": "170, or 165-175",
    "weight_kg": "70, or 65-75",
    "hair": "text",
    "eyes": "text",
    "marks": "texts, separated by ';'",
    "narrative": "text",
    "agency_name": "text",
    "agency_phone": "the number to call, e.g. +15035550142",
    "agency_case_number": "text",
    "ncmec_number": "text",
    "namus_number": "text",
    "photos": "file names in photos/, separated by ';', each with | and portrait, age_progression, artist or other",
}
_LONGEST_CELL = 5_000


@dataclass
class RowReader:
    """Reads cells by column name, and collects what is wrong with them in `problems`."""

    cells: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def words(self, column: str) -> str | None:
        """The cell's text, or None where it is empty."""
        words = self.cells.get(column, "").strip()
        if len(words) > _LONGEST_CELL:
            self._wrong(column, f"has {len(words):,} characters, at most {_LONGEST_CELL:,}")
            return None
        return words or None

    def several(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that ';' separates."""
        return tuple(part.strip() for part in (self.words(column) or "").split(";") if part.strip())

    def one_of(self, column: str, *allowed: str) -> str | None:
        """One of these words."""
        word = self.words(column)
        if word is not None and word.lower() not in allowed:
            self._wrong(column, f"is {word!r}, not one of {', '.join(allowed)}")
            return None
        return word.lower() if word else None

    def matching(self, column: str, pattern: str) -> str | None:
        """Text of this form."""
        words = self.words(column)
        if words is not None and not re.fullmatch(pattern, words):
            self._wrong(column, f"is {words!r}; expected {COLUMNS[column]}")
            return None
        return words

    def date(self, column: str) -> tuple[str, str] | None:
        """An ISO date and its precision; not one to come."""
        words = self.words(column)
        found = partial_date(words)
        if words is None:
            return None
        if found is None or len(found[0]) != len(words):
            self._wrong(column, f"is {words!r}; expected {COLUMNS[column]}")
            return None
        if found[0] > date.today().isoformat():  # noqa: DTZ011 - an agency's dates are of its own day
            self._wrong(column, f"is {words}, which is yet to come")
            return None
        return found

    def range(self, column: str, *, lowest: float, highest: float) -> Range | None:
        """A number or a range of two."""
        words = self.words(column)
        if words is None:
            return None
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?", words)
        if match is None:
            self._wrong(column, f"is {words!r}; expected {COLUMNS[column]}")
            return None
        first, last = float(match[1]), float(match[2] or match[1])
        if not lowest <= first <= last <= highest:
            self._wrong(column, f"is {words}; expected {lowest:g} to {highest:g}, the lower one first")
            return None
        return Range(min=first, max=last)

    def _wrong(self, column: str, what: str) -> None:
        self.problems.append(f"{column} {what}")


def read_row(
    cells: Mapping[str, str], *, source: str, has_photo: Callable[[str], bool] = lambda _: True
) -> tuple[Case | None, list[str]]:
    """The case of a row, and everything that is wrong with it; the case is None where anything is.

    Args:
        cells: text by column name; a column that is missing is an empty cell.
        source: the source's name, the first part of the case's id.
        has_photo: whether the folder has this file.
    """
    row = RowReader(cells)
    row.problems += [f"column {name!r} is not in the template" for name in cells if name not in COLUMNS]
    number = row.matching("case_id", r"[A-Za-z0-9_.\-]{1,100}")
    if number is None and not row.problems:
        row.problems.append("case_id is empty")
    case = _case(row, source, number or "-")
    row.problems += [
        f"photos names {photo.url}, which is not there" for photo in case.photos if not has_photo(photo.url)
    ]
    return (None if row.problems else case), row.problems


def _case(row: RowReader, source: str, number: str) -> Case:
    birth, missing = row.date("birth_date"), row.date("last_seen_date")
    return Case(
        case_id=case_id(source, number),
        source=source,
        source_id=number,
        status=CaseStatus(row.one_of("status", "open", "resolved") or "open"),
        names=_names(row),
        sex=row.one_of("sex", "male", "female"),
        race_ethnicity=row.several("race_ethnicity"),
        birth=Period(first=birth[0], last=birth[0], precision=birth[1]) if birth else None,
        age_when_missing=row.range("age_when_missing", lowest=0, highest=120),
        last_seen=LastSeen(
            date=missing[0] if missing else None,
            precision=missing[1] if missing else None,
            city=row.words("last_seen_city"),
            county=row.words("last_seen_county"),
            region=row.words("last_seen_region"),
            country=row.matching("last_seen_country", "[A-Z]{2}"),
        ),
        height_cm=row.range("height_cm", lowest=30, highest=280),
        weight_kg=row.range("weight_kg", lowest=1, highest=700),
        hair=row.words("hair"),
        eyes_left=row.words("eyes"),
        eyes_right=row.words("eyes"),
        marks=row.several("marks"),
        narrative=row.words("narrative"),
        agencies=_agencies(row),
        cross_references=_cross_references(row),
        photos=_photos(row),
    )


def _names(row: RowReader) -> tuple[Name, ...]:
    legal = Name(given=row.words("given_name"), middle=row.words("middle_name"), family=row.words("family_name"))
    aliases = (Name(given=alias, kind="alias") for alias in row.several("aliases"))
    return tuple(name for name in (legal, *aliases) if str(name))


def _agencies(row: RowReader) -> tuple[Agency, ...]:
    phone = row.words("agency_phone")
    e164 = phone if phone and re.fullmatch(r"\+[1-9]\d{6,14}", phone) else phone_e164(phone)
    if phone and not e164:
        row.problems.append(f"agency_phone is {phone!r}; expected {COLUMNS['agency_phone']}")
    agency = Agency(
        name=row.words("agency_name"),
        phone=e164,
        phone_raw=phone,
        case_number=row.words("agency_case_number"),
        primary=True,
    )
    return (agency,) if agency.name or agency.phone_raw or agency.case_number else ()


def _cross_references(row: RowReader) -> tuple[CrossReference, ...]:
    numbers = ((kind, row.words(f"{kind}_number")) for kind in ("ncmec", "namus"))
    return tuple(CrossReference(kind=kind, value=number) for kind, number in numbers if number)


def _photos(row: RowReader) -> tuple[SourcePhoto, ...]:
    photos: dict[str, Any] = {}
    for at, part in enumerate(row.several("photos")):
        name, _, kind = (piece.strip() for piece in part.partition("|"))
        photo_id = re.sub(r"[^A-Za-z0-9_\-]", "_", name.rsplit(".", 1)[0])[:100]
        if kind and kind not in set(PhotoKind):
            row.problems.append(f"photos says {kind!r} of {name}; expected one of {', '.join(PhotoKind)}")
        elif not photo_id or photo_id in photos:
            row.problems.append(f"photos names {name!r} twice, or it is no file name")
        else:
            photos[photo_id] = SourcePhoto(
                photo_id=photo_id, url=f"photos/{name}", kind=PhotoKind(kind or "portrait"), is_default=at == 0
            )
    return tuple(photos.values())
