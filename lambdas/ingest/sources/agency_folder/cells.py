"""The columns of an agency's list, and the validation of one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lambdas.cases.case import Range
from lambdas.ingest.sources.dates import parse_partial_date

if TYPE_CHECKING:
    from collections.abc import Mapping

# The columns of the list and their explanation in the template. Only case_id is required.
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
_MAX_CELL = 5_000


@dataclass
class CellReader:
    """Read and validate the cells of one row by column name. Faults are added to `problems`."""

    cells: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, column: str) -> str | None:
        """Return the cell's text, or None if it is empty."""
        text = self.cells.get(column, "").strip()
        if len(text) > _MAX_CELL:
            self._add_problem(column, f"has {len(text):,} characters, at most {_MAX_CELL:,}")
            return None
        return text or None

    def texts(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell, which ';' separates."""
        return tuple(part.strip() for part in (self.text(column) or "").split(";") if part.strip())

    def one_of(self, column: str, *allowed: str) -> str | None:
        """Return one of the allowed text in lower case, or None."""
        word = self.text(column)
        if word is not None and word.lower() not in allowed:
            self._add_problem(column, f"is {word!r}, not one of {', '.join(allowed)}")
            return None
        return word.lower() if word else None

    def matching(self, column: str, pattern: str) -> str | None:
        """Return text that matches the pattern, or None."""
        text = self.text(column)
        if text is not None and not re.fullmatch(pattern, text):
            self._add_problem(column, f"is {text!r}; expected {COLUMNS[column]}")
            return None
        return text

    def date(self, column: str) -> tuple[str, str] | None:
        """Return an ISO date and its precision, or None. A date in the future is a fault."""
        text = self.text(column)
        found = parse_partial_date(text)
        if text is None:
            return None
        if found is None or len(found[0]) != len(text):
            self._add_problem(column, f"is {text!r}; expected {COLUMNS[column]}")
            return None
        if found[0] > date.today().isoformat():  # noqa: DTZ011 - an agency's dates are of its own day
            self._add_problem(column, f"is {text}, which is in the future")
            return None
        return found

    def range(self, column: str, *, minimum: float, maximum: float) -> Range | None:
        """Return the range of a number or of two numbers, or None."""
        text = self.text(column)
        if text is None:
            return None
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?", text)
        if match is None:
            self._add_problem(column, f"is {text!r}; expected {COLUMNS[column]}")
            return None
        first, last = float(match[1]), float(match[2] or match[1])
        if not minimum <= first <= last <= maximum:
            self._add_problem(column, f"is {text}; expected {minimum:g} to {maximum:g}, the lower one first")
            return None
        return Range(min=first, max=last)

    def _add_problem(self, column: str, problem: str) -> None:
        self.problems.append(f"{column} {problem}")
