"""An agency's folder as a source: list, validate and read its cases, and read its photos."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.outside_text import shown
from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.downloads.errors import GoneError, RefusedError
from lambdas.ingest.sources.agency_folder.csv_rows import QUOTE_FAULT
from lambdas.ingest.sources.agency_folder.list_file import read_list
from lambdas.ingest.sources.agency_folder.row import read_row
from lambdas.ingest.sources.fields import decode_object
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.ingest.sources.agency_folder.csv_rows import Cells
    from lambdas.ingest.sources.agency_folder.files import Folder


@dataclass(frozen=True)
class Problem:
    """A fault in one line of the list. The line number is that of an editor."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.text}"


@dataclass
class _List:
    """The rows by case id, what is wrong with those whose id is repeated, and the first unreadable line."""

    rows: dict[str, Cells] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)
    unreadable: Problem | None = None


@dataclass
class AgencyFolder:
    """The source `folder`. It lists a faulty row too, so that the case goes to quarantine and is not removed."""

    folder: Folder
    country: str = "US"
    name: str = "folder"
    volatile: frozenset[str] = frozenset()

    def list_cases(self) -> Iterator[CaseReference]:
        """List every row that has a case id. The marker changes with the row and with each of its pictures.

        Raises:
            UnreadableListingError: the list is empty, or a line of it is unreadable or has no case id. Such a line may
                be an open case, which must not count as vanished.
        """
        listed = self._list
        for source_id in listed.rows:
            yield CaseReference(source=self.name, source_id=source_id, modified=self._marker(source_id))
        if listed.unreadable is not None:
            raise UnreadableListingError(f"{listed.unreadable}; nothing was imported")
        if not listed.rows:
            raise UnreadableListingError("the agency's list has no rows")

    def fetch_document(self, source_id: str) -> bytes:
        """Return the row as JSON with one member per column."""
        if source_id not in self._list.rows:
            raise GoneError(f"the agency's list has no case {source_id}")
        document: dict[str, Any] = {"row": self._list.rows[source_id], "stamps": self._marker(source_id)}
        if source_id in self._list.repeated:
            document["fault"] = self._list.repeated[source_id]
        return msgspec.json.encode(document)

    def read(self, source_id: str, document: bytes) -> Case:  # noqa: ARG002 - the row has its own case id
        """Parse the row.

        Raises:
            DocumentError: the row has faults; the text lists all of them.
        """
        decoded = decode_object(document)
        case, problems = read_row(decoded["row"], source=self.name, country=self.country)
        if "fault" in decoded:
            problems.append(decoded["fault"])
        if case is None or problems:
            raise DocumentError("; ".join(problems))
        return case

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """Read the file of a photo."""
        return self.folder.read(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def problems(self) -> list[Problem]:
        """Validate the list and return its faults by line. Where its quotation breaks, nothing else can be trusted."""
        found = list(self._problems())
        return [problem for problem in found if problem.text == QUOTE_FAULT] or found

    def _problems(self) -> Iterator[Problem]:
        first_line: dict[str, int] = {}
        file, rows = read_list(self.folder)
        for line, cells in rows:
            if isinstance(cells, str):
                yield Problem(file, line, cells)
                continue
            _, faults = read_row(cells, source=self.name, country=self.country, find_file=self._find)
            number = cells.get("case_id", "").strip()
            if number and number in first_line:
                faults.append(f"case_id {shown(number)} is in line {first_line[number]} already")
            first_line.setdefault(number, line)
            yield from (Problem(file, line, text) for text in faults)

    @cached_property
    def _list(self) -> _List:
        file, rows = read_list(self.folder)
        listed = _List()
        for line, cells in rows:
            problem = cells if isinstance(cells, str) else _id_problem(cells)
            if problem is not None or isinstance(cells, str):
                listed.unreadable = listed.unreadable or Problem(file, line, str(problem))
                continue
            number = cells["case_id"].strip()
            if number in listed.rows:
                listed.repeated[number] = f"case_id {shown(number)} is in the list more than once, also in line {line}"
            listed.rows.setdefault(number, cells)
        return listed

    def _marker(self, source_id: str) -> str:
        cells = self._list.rows[source_id]
        names = [part.partition("|")[0].strip() for part in cells.get("photos", "").split(";")]
        content: list[Any] = [cells, [self._stamp(name) for name in names if name]]
        if source_id in self._list.repeated:
            content.append(self._list.repeated[source_id])
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()

    def _stamp(self, name: str) -> str | None:
        try:
            return self.folder.stamp(f"photos/{name}")
        except RefusedError:
            return None

    def _find(self, file: str) -> str | None:
        try:
            return self.folder.find(file)
        except RefusedError:
            return None


def _id_problem(cells: Cells) -> str | None:
    """Return what is wrong with the row's case id, whatever other faults the row has, or None."""
    case, problems = read_row({"case_id": cells.get("case_id", "")}, source="folder")
    return None if case else "; ".join(problems)
