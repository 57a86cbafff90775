"""The columns of an agency's list, and the validation of one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lambdas.cases.case import Range
from lambdas.common.outside_text import paragraphs, shown, single_line
from lambdas.ingest.sources.agency_folder.measures import parse_span
from lambdas.ingest.sources.dates import parse_numeric_date, parse_partial_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The columns of the list and their explanation in the template. Only case_id is required.
COLUMNS = {
    "case_id": "the agency's own number: letters, digits, '_', '.', '-', at most 100",
    "status": "open or resolved; empty means open",
    "given_name": "text",
    "middle_name": "text",
    "family_name": "text",
    "aliases": "names, separated by ';'",
    "sex": "male or female, or M or F",
    "race_ethnicity": "texts, separated by ';'",
    "birth_date": "YYYY-MM-DD, YYYY-MM or YYYY; for 9/14/1990 name the column birth_date (m/d/y)",
    "age_when_missing": "years: 34, or 30-40",
    "last_seen_date": "YYYY-MM-DD, YYYY-MM or YYYY; for 9/14/2026 name the column last_seen_date (m/d/y)",
    "last_seen_city": "text",
    "last_seen_county": "text",
    "last_seen_region": "text",
    "last_seen_country": "two letters (ISO 3166), or USA",
    "height_cm": "170, or 165-175, or 5'6\"",
    "weight_kg": "70, or 65-75, or 140 lbs",
    "hair": "text",
    "eyes": "text",
    "marks": "texts, separated by ';'",
    "clothing": "texts, separated by ';'",
    "narrative": "text",
    "agency_name": "text",
    "agency_phone": "the number to call, e.g. 503-555-0142 ext. 12, or with + and its country's code",
    "agency_case_number": "text",
    "ncmec_number": "text",
    "namus_number": "text",
    "photos": "file names in photos/, separated by ';', each with | and portrait, age_progression, artist or other",
}
_MAX_CELL = 5_000
_DATES = frozenset({"birth_date", "last_seen_date"})
_DATED_COLUMN = re.compile(r"(\w+)\s*\((m+[/.-]d+[/.-]y+|d+[/.-]m+[/.-]y+)\)", re.IGNORECASE)


def _cleaned(column: str, cell: str) -> str:
    if column == "photos":  # a file may have any name
        return cell.strip()
    return paragraphs(cell) if column == "narrative" else single_line(cell)


def split_column(name: str) -> tuple[str, str | None]:
    """Split `birth_date (m/d/y)` into the column and the order of its dates, "mdy" or "dmy". None without an order."""
    match = _DATED_COLUMN.fullmatch(name.strip())
    if match is None or match[1] not in _DATES:
        return name.strip(), None
    return match[1], "mdy" if match[2][0] in "mM" else "dmy"


@dataclass
class CellReader:
    """Read and validate the cells of one row by column name. Faults are added to `problems`."""

    cells: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._orders = {column: order for column, order in map(split_column, self.cells) if order}
        columns = {split_column(name)[0]: cell for name, cell in self.cells.items()}
        self._texts = {column: _cleaned(column, cell) for column, cell in columns.items()}
        unknown = [name for name in self._texts if name not in COLUMNS]
        self.problems += [f"column {name!r} is not in the template" for name in unknown]

    def text(self, column: str) -> str | None:
        """Return the cell's text, or None if it is empty."""
        text = self._texts.get(column, "")
        if len(text) > _MAX_CELL:
            self._add_problem(column, f"has {len(text):,} characters, at most {_MAX_CELL:,}")
            return None
        return text or None

    def texts(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell, which ';' separates."""
        return tuple(part.strip() for part in (self.text(column) or "").split(";") if part.strip())

    def one_of(self, column: str, allowed: Sequence[str], also: Mapping[str, str] | None = None) -> str | None:
        """Return one of the allowed texts in lower case, or None. `also` maps other spellings to allowed texts."""
        word = self.text(column)
        if word is None:
            return None
        lower = (also or {}).get(word.lower(), word.lower())
        if lower not in allowed:
            self._add_problem(column, f"is {shown(repr(word))}, not one of {', '.join(allowed)}")
            return None
        return lower

    def matching(self, column: str, pattern: str, also: Mapping[str, str] | None = None) -> str | None:
        """Return text that matches the pattern, or None. `also` maps other spellings, in lower case, to such text."""
        text = self.text(column)
        if text is None:
            return None
        text = (also or {}).get(text.lower(), text)
        if not re.fullmatch(pattern, text):
            self._add_problem(column, f"is {shown(repr(text))}; expected {COLUMNS[column]}")
            return None
        return text

    def date(self, column: str) -> tuple[str, str] | None:
        """Return an ISO date and its precision, or None. A date in the future is a fault."""
        text = self.text(column)
        if text is None:
            return None
        found = self._date(column, text)
        if found is not None and found[0] > date.today().isoformat():  # noqa: DTZ011 - an agency's dates are of its own day
            self._add_problem(column, f"is {text}, which is in the future")
            return None
        return found

    def _date(self, column: str, text: str) -> tuple[str, str] | None:
        found = parse_partial_date(text)
        if found is not None and len(found[0]) == len(text):
            return found
        order = self._orders.get(column)
        readings = sorted(parse_numeric_date(text, order))
        if len(readings) == 1:
            return readings[0], "day"
        if readings:
            which = f"may be {' or '.join(readings)}; write that, or name the column {column} (m/d/y) or (d/m/y)"
            self._add_problem(column, f"is {text!r}, which {which}")
        else:
            expected = f"a date in the order {'/'.join(order)}" if order else COLUMNS[column]
            self._add_problem(column, f"is {shown(repr(text))}; expected {expected}")
        return None

    def range(self, column: str, units: Mapping[str, float], *, minimum: float, maximum: float) -> Range | None:
        """Return the range of a number or of two numbers in one of the units, or None."""
        text = self.text(column)
        if text is None:
            return None
        ends = parse_span(text, units)
        if ends is None:
            self._add_problem(column, f"is {shown(repr(text))}; expected {COLUMNS[column]}")
            return None
        if not minimum <= ends[0] <= ends[1] <= maximum:
            self._add_problem(column, f"is {shown(text)}; expected {minimum:g} to {maximum:g}, the lower one first")
            return None
        return Range(min=ends[0], max=ends[1])

    def _add_problem(self, column: str, problem: str) -> None:
        self.problems.append(f"{column} {problem}")
