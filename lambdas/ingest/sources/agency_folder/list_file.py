"""Read the list of an agency's folder, cases.csv or cases.jsonl, and write its template."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.ingest.sources.agency_folder.cells import COLUMNS
from lambdas.ingest.sources.fields import decode_object
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ingest.sources.agency_folder.files import Folder

_MAX_LIST_BYTES = 200_000_000

Cells = dict[str, str]


def read_list(folder: Folder) -> tuple[str, Iterator[tuple[int, Cells | str]]]:
    """Read cases.csv, or cases.jsonl if there is no CSV file.

    Returns:
        The name of the file, and the line number and the cells of each row. A text instead of cells is the problem of
        an unreadable row.

    Raises:
        UnreadableListingError: the folder has neither file, or the file is not UTF-8.
    """
    for file, rows in (("cases.csv", _csv_rows), ("cases.jsonl", _jsonl_rows)):
        if folder.stamp(file) is not None:
            try:
                return file, rows(folder.read(file, max_bytes=_MAX_LIST_BYTES).decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise UnreadableListingError(f"{file} is not UTF-8: save it as CSV UTF-8 ({error})") from error
    raise UnreadableListingError("the folder has neither cases.csv nor cases.jsonl")


def template() -> str:
    """Return an empty cases.csv whose second line explains each column."""
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS.keys(), COLUMNS.values()])
    return out.getvalue()


def _csv_rows(content: str) -> Iterator[tuple[int, Cells | str]]:
    """Yield the rows. A row may span several lines; its number is that of its first line."""
    reader = csv.reader(io.StringIO(content, newline=""))
    header = [name.strip() for name in next(reader, [])]
    while True:
        line = reader.line_num + 1
        row = next(reader, None)
        if row is None:
            return
        if len(row) > len(header):
            yield line, f"has {len(row)} cells, but the header has {len(header)} columns"
        elif any(cell.strip() for cell in row):
            yield line, dict(zip(header, row, strict=False))


def _jsonl_rows(content: str) -> Iterator[tuple[int, Cells | str]]:
    for line, row in enumerate(content.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            yield line, {name: _cell(value) for name, value in decode_object(row.encode()).items()}
        except DocumentError as error:
            yield line, str(error)


def _cell(value: Any) -> str:
    """Convert a JSON value, which may be a number, null or a list, to the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
