"""The FBI's Wanted API: its missing persons, or, as a source of its own, its wanted ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus, CaseType
from lambdas.ingest.sources.fbi.document import case_type_of, read_fbi_case
from lambdas.ingest.sources.fields import decode_object, integer, text
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_PAGE_ROWS = 50  # the most that the API gives
_PAGE_BYTES = 10_000_000
_DOCUMENT_BYTES = 1_000_000
_PHOTO_BYTES = 25_000_000


@dataclass
class Fbi:
    """`case_type` says which posters are listed: missing persons are spread over several classifications."""

    client: PoliteClient
    name: str = "fbi"
    case_type: CaseType = CaseType.MISSING
    volatile: frozenset[str] = frozenset()

    def list_cases(self) -> Iterator[CaseReference]:
        """Page through all posters, the latest change first.

        Raises:
            UnreadableListingError: a page is not what the API gives, or fewer posters come than it counts.
        """
        given = 0
        page_number = 1
        while True:
            page = self._page(page_number)
            rows = page["items"]
            yield from filter(None, (self._reference(row) for row in rows))
            given += len(rows)
            total = integer(page, "total") or 0
            if given >= total:
                return
            if not rows:
                raise UnreadableListingError(f"FBI: the list gives {given} of {total} posters")
            page_number += 1

    def fetch_document(self, source_id: str) -> bytes:
        """GET one poster by its uid."""
        return self.client.get(f"/@wanted-person/{source_id}", max_bytes=_DOCUMENT_BYTES)

    def read(self, source_id: str, document: bytes) -> Case:
        """The poster as a typed case; one that has become of another type is closed for this source."""
        case = read_fbi_case(self.name, source_id, document)
        return case if case.case_type is self.case_type else msgspec.structs.replace(case, status=CaseStatus.RESOLVED)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET the original."""
        return self.client.get(photo.url, max_bytes=_PHOTO_BYTES)

    def _page(self, number: int) -> dict[str, Any]:
        query = {"pageSize": str(_PAGE_ROWS), "page": str(number), "sort_on": "modified", "sort_order": "desc"}
        body = self.client.get("/wanted/v1/list", params=query, max_bytes=_PAGE_BYTES)
        try:
            page = decode_object(body)
        except DocumentError as error:
            raise UnreadableListingError(f"FBI: page {number}: {error}") from error
        if not isinstance(page.get("items"), list):
            raise UnreadableListingError(f"FBI: page {number} has no items")
        return page

    def _reference(self, row: Any) -> CaseReference | None:
        uid = text(row, "uid")
        if uid is None or not re.fullmatch(r"[0-9A-Za-z]{1,64}", uid) or case_type_of(row) is not self.case_type:
            return None
        return CaseReference(source=self.name, source_id=uid, modified=text(row, "modified"))
