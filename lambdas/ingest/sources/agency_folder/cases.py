"""An agency's own cases: `cases.csv` or `cases.jsonl`, and the pictures in `photos/`, on a disk or in S3."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.downloads.errors import GoneError, RefusedError
from lambdas.ingest.sources.agency_folder.row import COLUMNS, read_row
from lambdas.ingest.sources.fields import decode_object
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.ingest.sources.agency_folder.files import Folder

_LIST_BYTES = 200_000_000
_PHOTO_BYTES = 25_000_000

Cells = dict[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line of the list; the line number is what an editor shows."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.text}"


@dataclass
class AgencyFolder:
    """A folder as a source. A row that is wrong is listed all the same: its case goes to quarantine, not away."""

    folder: Folder
    name: str = "folder"
    volatile: frozenset[str] = frozenset()

    def list_cases(self) -> Iterator[CaseReference]:
        """Every row with a case id; the marker changes with the row or with one of its pictures.

        Raises:
            UnreadableListingError: the list cannot be read at all, has no rows, or has some that name no case: one of
                them may be a case that must not count as vanished.
        """
        if not self._rows:
            raise UnreadableListingError("the agency's list has no rows")
        for source_id, cells in self._rows.items():
            yield CaseReference(source=self.name, source_id=source_id, modified=self._marker(cells))
        if self._nameless:
            raise UnreadableListingError(f"line {self._nameless[0]} of the agency's list names no case; validate it")

    def fetch_document(self, source_id: str) -> bytes:
        """The row as JSON, one member a column."""
        if source_id not in self._rows:
            raise GoneError(f"the agency's list has no case {source_id}")
        return msgspec.json.encode({"row": self._rows[source_id], "stamps": self._marker(self._rows[source_id])})

    def read(self, source_id: str, document: bytes) -> Case:  # noqa: ARG002 - the row names its case itself
        """The row as a typed case.

        Raises:
            DocumentError: something in the row is wrong; all of it is named.
        """
        case, problems = read_row(decode_object(document)["row"], source=self.name)
        if case is None:
            raise DocumentError("; ".join(problems))
        return case

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """Read the file."""
        return self.folder.read(photo.url, max_bytes=_PHOTO_BYTES)

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the list, line by line, as the validator reports it."""
        first_line: dict[str, int] = {}
        file, rows = read_list(self.folder)
        for line, cells in rows:
            if isinstance(cells, str):
                yield Problem(file, line, cells)
                continue
            _, wrong = read_row(cells, source=self.name, has_photo=self._has_photo)
            number = cells.get("case_id", "").strip()
            if number in first_line:
                wrong.append(f"case_id {number} is in line {first_line[number]} already")
            first_line.setdefault(number, line)
            yield from (Problem(file, line, text) for text in wrong)

    @property
    def _rows(self) -> dict[str, Cells]:
        return self._list[0]

    @property
    def _nameless(self) -> list[int]:
        return self._list[1]

    @cached_property
    def _list(self) -> tuple[dict[str, Cells], list[int]]:
        """The rows by case id, and the lines of those that have none."""
        _, rows = read_list(self.folder)
        found: dict[str, Cells] = {}
        nameless = []
        for line, cells in rows:
            number = _usable_id(cells) if isinstance(cells, dict) else None
            if number is None or not isinstance(cells, dict):
                nameless.append(line)
            else:
                found.setdefault(number, cells)
        return found, nameless

    def _marker(self, cells: Cells) -> str:
        names = [part.partition("|")[0].strip() for part in cells.get("photos", "").split(";")]
        stamps = [self._stamp(name) for name in names if name]
        return hashlib.sha256(msgspec.json.encode([cells, stamps], order="sorted")).hexdigest()

    def _stamp(self, name: str) -> str | None:
        try:
            return self.folder.stamp(f"photos/{name}")
        except RefusedError:
            return None

    def _has_photo(self, link: str) -> bool:
        try:
            return self.folder.stamp(link) is not None
        except RefusedError:
            return False


def read_list(folder: Folder) -> tuple[str, Iterator[tuple[int, Cells | str]]]:
    """The list's file name, and line number and cells of each row; a text instead of cells says why it is none.

    Raises:
        UnreadableListingError: neither cases.csv nor cases.jsonl is there, or it is not UTF-8.
    """
    for file, rows in (("cases.csv", _csv_rows), ("cases.jsonl", _jsonl_rows)):
        if folder.stamp(file) is not None:
            try:
                return file, rows(folder.read(file, max_bytes=_LIST_BYTES).decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise UnreadableListingError(f"{file} is not UTF-8: save it as CSV UTF-8 ({error})") from error
    raise UnreadableListingError("the folder has neither cases.csv nor cases.jsonl")


def template() -> str:
    """An empty cases.csv, and the explanation of each column in the second line."""
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS.keys(), COLUMNS.values()])
    return out.getvalue()


def _csv_rows(content: str) -> Iterator[tuple[int, Cells | str]]:
    """A row may go over several lines; its number is that of the first."""
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
    """JSON lines may have numbers, null and lists where CSV has text."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _usable_id(cells: Cells) -> str | None:
    """A case id that can be a key, whatever else may be wrong with the row."""
    number = cells.get("case_id", "").strip()
    return number if number and read_row({"case_id": number}, source="folder")[0] else None
