"""Read the list of an agency's folder, cases.csv or cases.jsonl, and write its template."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.ingest.sources.agency_folder.cells import COLUMNS, split_column
from lambdas.ingest.sources.agency_folder.csv_rows import csv_rows
from lambdas.ingest.sources.fields import decode_object
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ingest.sources.agency_folder.csv_rows import Cells
    from lambdas.ingest.sources.agency_folder.files import Folder

_MAX_LIST_BYTES = 200_000_000


def read_list(folder: Folder) -> tuple[str, Iterator[tuple[int, Cells | str]]]:
    """Read cases.csv, or cases.jsonl if there is no CSV file.

    Returns:
        The name of the file, and the line number and the cells of each row. A text instead of cells is the problem of
        an unreadable row.

    Raises:
        UnreadableListingError: the folder has neither file, or the file is not UTF-8.
    """
    for file, rows in (("cases.csv", csv_rows), ("cases.jsonl", _jsonl_rows)):
        if folder.stamp(file) is not None:
            try:
                return file, rows(folder.read(file, max_bytes=_MAX_LIST_BYTES).decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise UnreadableListingError(f"{file} is not UTF-8: save it as CSV UTF-8 ({error})") from error
    raise UnreadableListingError("the folder has neither cases.csv nor cases.jsonl")


def template() -> str:
    """Return an empty cases.csv whose second line explains each column. An import skips that line."""
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS.keys(), COLUMNS.values()])
    return out.getvalue()


def _jsonl_rows(content: str) -> Iterator[tuple[int, Cells | str]]:
    """Yield the rows. Only a line feed ends a line: U+2028, U+2029 and U+0085 are text inside a JSON string."""
    for line, row in enumerate(content.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            yield line, {name: _cell(value) for name, value in _members(row).items()}
        except DocumentError as error:
            yield line, str(error)
        except RecursionError:
            yield line, "the document is nested too deeply"


def _members(row: str) -> dict[str, Any]:
    """Decode a row.

    Raises:
        DocumentError: the row is not a JSON object, or names a column twice.
    """
    members = decode_object(row.encode())
    json.loads(row, object_pairs_hook=_refuse_repetition)  # the decoder silently keeps the last of two equal names
    return members


def _refuse_repetition(pairs: list[tuple[str, Any]]) -> None:
    counts = Counter(split_column(name)[0] for name, _ in pairs)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise DocumentError(f"column {twice[0][:40]!r} is there more than once")


def _cell(value: Any) -> str:
    """Convert a JSON value, which may be a number, null or a list, to the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
