"""The FBI's Wanted API: list posters, fetch a poster, fetch a photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus, CaseType
from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.ingest.sources.fbi.document import case_type_of, read_fbi_case
from lambdas.ingest.sources.fields import integer, text
from lambdas.ingest.sources.listing import decode_page
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_PAGE_ROWS = 50  # the API's maximum
_MAX_PAGES = 1_000  # 50 times as many as the API has posters for
_MAX_PAGE_BYTES = 10_000_000
_MAX_DOCUMENT_BYTES = 1_000_000


@dataclass
class Fbi:
    """The source `fbi`. It lists the posters of one case type: missing or wanted persons."""

    client: PoliteClient
    name: str = "fbi"
    case_type: CaseType = CaseType.MISSING
    volatile: frozenset[str] = frozenset()

    def list_cases(self) -> Iterator[CaseReference]:
        """List the posters of the case type, page by page, latest change first.

        Raises:
            UnreadableListingError: a page is invalid, or the pages have fewer posters than the API's total.
        """
        received = 0
        page_number = 1
        while True:
            page = self._page(page_number)
            rows = page["items"]
            yield from filter(None, (self._reference(row) for row in rows))
            received += len(rows)
            total = integer(page, "total") or 0
            if received >= total:
                return
            if not rows or page_number == _MAX_PAGES:
                raise UnreadableListingError(f"FBI: the list returned {received} of {total} posters")
            page_number += 1

    def fetch_document(self, source_id: str) -> bytes:
        """GET a poster by its uid."""
        return self.client.get(f"/@wanted-person/{source_id}", max_bytes=_MAX_DOCUMENT_BYTES)

    def read(self, source_id: str, document: bytes) -> Case:
        """Parse a poster. A poster whose type has changed is resolved for this source."""
        case = read_fbi_case(self.name, source_id, document)
        return case if case.case_type is self.case_type else msgspec.structs.replace(case, status=CaseStatus.RESOLVED)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET the original of a photo."""
        return self.client.get(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def _page(self, number: int) -> dict[str, Any]:
        query = {"pageSize": str(_PAGE_ROWS), "page": str(number), "sort_on": "modified", "sort_order": "desc"}
        body = self.client.get("/wanted/v1/list", params=query, max_bytes=_MAX_PAGE_BYTES)
        try:
            page = decode_page(body)
        except DocumentError as error:
            raise UnreadableListingError(f"FBI: page {number}: {error}") from error
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise UnreadableListingError(f"FBI: page {number} has no items")
        return page

    def _reference(self, row: Any) -> CaseReference | None:
        uid = text(row, "uid")
        if uid is None or not re.fullmatch(r"[0-9A-Za-z]{1,64}", uid) or case_type_of(row) is not self.case_type:
            return None
        return CaseReference(source=self.name, source_id=uid, modified=text(row, "modified"))
