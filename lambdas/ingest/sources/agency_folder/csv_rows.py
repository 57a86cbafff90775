"""Read the rows of a CSV list strictly: check its header as a whole, and name the line of each fault."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from lambdas.ingest.sources.agency_folder.cells import COLUMNS, split_column

if TYPE_CHECKING:
    from collections.abc import Iterator

Cells = dict[str, str]

_SEPARATORS = (",", ";", "\t")
# Only these cells may have a separator after a line break. Elsewhere a quotation mark swallowed a row.
_LONG_TEXTS = frozenset({"narrative", "marks", "clothing"})
QUOTE_FAULT = (
    'a cell that begins with a quotation mark has no matching end; write a quotation mark inside a cell twice ("")'
)


def csv_rows(content: str) -> Iterator[tuple[int, Cells | str]]:
    """Yield the line and the cells of each row, or a text that says what is wrong with the line.

    A row may span several lines; its number is that of its first line. A faulty header or a broken quotation ends the
    list, because nothing after it can be trusted.
    """
    separator, skipped = _separator(content)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            yield line, QUOTE_FAULT
            return
        if row is None:
            return
        if line <= skipped or not any(cell.strip() for cell in row):
            continue
        if names is None:
            names = [name.strip() for name in row]
            faults = list(_header_faults(names))
            yield from ((line, fault) for fault in faults)
            if faults:
                return
        elif not _explains(names, row):
            yield line, _row_fault(names, row, separator) or dict(_named(names, row))


def _separator(content: str) -> tuple[str, int]:
    """Return the separator that finds the most columns in the header, and the count of lines before the header.

    Excel writes and reads a first line `sep=;`.
    """
    stated = re.match(r"sep=([,;\t])\r?\n", content)
    if stated:
        return stated[1], 1
    header = next((line for line in io.StringIO(content) if line.strip()), "")
    return max(_SEPARATORS, key=lambda separator: _known_columns(header, separator)), 0


def _known_columns(header: str, separator: str) -> int:
    names = (part.strip().strip('"') for part in header.split(separator))
    return sum(split_column(name)[0] in COLUMNS for name in names)


def _header_faults(names: list[str]) -> Iterator[str]:
    columns = [split_column(name)[0] for name in names if name]
    if "case_id" not in columns:
        yield (
            "has no column case_id. The first line must name the columns, separated by comma, semicolon or tab; "
            "homeward import --template writes such a line"
        )
        return
    if unknown := [name for name in columns if name not in COLUMNS]:
        yield f"{_columns(unknown)} not in the template"
    if twice := [name for name, count in Counter(columns).items() if count > 1]:
        yield f"{_columns(twice)} there more than once"


def _columns(names: list[str]) -> str:
    quoted = ", ".join(repr(name[:40]) for name in names[:10])
    return f"column {quoted} is" if len(names) == 1 else f"columns {quoted} are"


def _explains(names: list[str], row: list[str]) -> bool:
    """Tell whether the row is the template's second line, which explains the columns."""
    return ("case_id", COLUMNS["case_id"]) in ((name, cell.strip()) for name, cell in _named(names, row))


def _row_fault(names: list[str], row: list[str], separator: str) -> str | None:
    if any(cell.strip() for cell in row[len(names) :]):
        return f"has {len(row)} cells, but the header has {len(names)} columns"
    for at, (name, cell) in enumerate(zip(names, row, strict=False), start=1):
        if not name and cell.strip():
            return f"has {cell.strip()[:40]!r} in column {at}, which has no name in the header"
        if _holds_a_row(name, cell.strip(), separator):
            return f"{name} has a line break; is there a quotation mark too many or too few in this line?"
    return None


def _holds_a_row(name: str, cell: str, separator: str) -> bool:
    """Tell whether a cell swallowed the start of another row, after a quotation mark that nothing closes in time."""
    _, *later = re.split(r"\r\n|\r|\n", cell)
    if split_column(name)[0] in _LONG_TEXTS:
        return any(_is_like_a_row(line, separator) for line in later)
    return any(separator in line for line in later)


def _is_like_a_row(line: str, separator: str) -> bool:
    """Tell a row from prose, where a space follows a comma."""
    _, *others = line.split(separator)
    return len(others) >= 3 and not any(cell.startswith(" ") for cell in others)


def _named(names: list[str], row: list[str]) -> Iterator[tuple[str, str]]:
    return ((name, cell) for name, cell in zip(names, row, strict=False) if name)
