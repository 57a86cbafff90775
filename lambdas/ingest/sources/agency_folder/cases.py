"""An agency's folder as a source: list, validate and read its cases, and read its photos."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.downloads.errors import GoneError, RefusedError
from lambdas.ingest.sources.agency_folder.list_file import read_list
from lambdas.ingest.sources.agency_folder.row import read_row
from lambdas.ingest.sources.fields import decode_object
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.ingest.sources.agency_folder.files import Folder
    from lambdas.ingest.sources.agency_folder.list_file import Cells


@dataclass(frozen=True)
class Problem:
    """A fault in one line of the list. The line number is that of an editor."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.text}"


@dataclass
class AgencyFolder:
    """The source `folder`. It lists a faulty row too, so that the case goes to quarantine and is not removed."""

    folder: Folder
    name: str = "folder"
    volatile: frozenset[str] = frozenset()

    def list_cases(self) -> Iterator[CaseReference]:
        """List every row that has a case id. The marker changes with the row and with each of its pictures.

        Raises:
            UnreadableListingError: the list is unreadable or empty, or a row has no case id. Such a row may be an open
                case, which must not count as vanished.
        """
        if not self._rows:
            raise UnreadableListingError("the agency's list has no rows")
        for source_id, cells in self._rows.items():
            yield CaseReference(source=self.name, source_id=source_id, modified=self._marker(cells))
        if self._lines_without_id:
            raise UnreadableListingError(
                f"line {self._lines_without_id[0]} of the agency's list names no case; validate it"
            )

    def fetch_document(self, source_id: str) -> bytes:
        """Return the row as JSON with one member per column."""
        if source_id not in self._rows:
            raise GoneError(f"the agency's list has no case {source_id}")
        return msgspec.json.encode({"row": self._rows[source_id], "stamps": self._marker(self._rows[source_id])})

    def read(self, source_id: str, document: bytes) -> Case:  # noqa: ARG002 - the row has its own case id
        """Parse the row.

        Raises:
            DocumentError: the row has faults; the text lists all of them.
        """
        case, problems = read_row(decode_object(document)["row"], source=self.name)
        if case is None:
            raise DocumentError("; ".join(problems))
        return case

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """Read the file of a photo."""
        return self.folder.read(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def problems(self) -> Iterator[Problem]:
        """Validate the list and yield its faults in the order of its lines."""
        first_line: dict[str, int] = {}
        file, rows = read_list(self.folder)
        for line, cells in rows:
            if isinstance(cells, str):
                yield Problem(file, line, cells)
                continue
            _, faults = read_row(cells, source=self.name, has_photo=self._has_photo)
            number = cells.get("case_id", "").strip()
            if number in first_line:
                faults.append(f"case_id {number} is in line {first_line[number]} already")
            first_line.setdefault(number, line)
            yield from (Problem(file, line, text) for text in faults)

    @property
    def _rows(self) -> dict[str, Cells]:
        return self._list[0]

    @property
    def _lines_without_id(self) -> list[int]:
        return self._list[1]

    @cached_property
    def _list(self) -> tuple[dict[str, Cells], list[int]]:
        """The rows by case id, and the line numbers of the rows without one."""
        _, rows = read_list(self.folder)
        found: dict[str, Cells] = {}
        without_id = []
        for line, cells in rows:
            number = _usable_id(cells) if isinstance(cells, dict) else None
            if number is None or not isinstance(cells, dict):
                without_id.append(line)
            else:
                found.setdefault(number, cells)
        return found, without_id

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


def _usable_id(cells: Cells) -> str | None:
    """Return a valid case id, whatever other faults the row has, or None."""
    number = cells.get("case_id", "").strip()
    return number if number and read_row({"case_id": number}, source="folder")[0] else None
