"""The API of NamUs: list cases by state or by number, fetch a document, fetch a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.ingest.sources.fields import integer, text
from lambdas.ingest.sources.listing import decode_page
from lambdas.ingest.sources.namus.document import read_namus_case
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_SET = "/api/CaseSets/NamUs/MissingPersons"
_MAX_ROWS_OF_STATE = 500_000  # many times all cases of the country
_MAX_ROWS = 10_000  # the search returns no further rows, even on later pages
_MAX_LISTING_BYTES = 20_000_000
_MAX_DOCUMENT_BYTES = 5_000_000


@dataclass
class NamUs:
    """The source `namus`. Case `MP900101` has the number 900101 in its links.

    Args:
        client: for the API's origin.
        states: the states to search; empty means all.
        numbers: the first and the last case number to list instead of searching.
    """

    client: PoliteClient
    states: tuple[str, ...] = ()
    numbers: tuple[int, int] | None = None
    name: str = "namus"
    volatile: frozenset[str] = frozenset({"currentMinAge", "currentMaxAge", "currentUserIsTracking"})

    def list_cases(self) -> Iterator[CaseReference]:
        """List the cases state by state, or every number of the range if there is one."""
        if self.numbers is not None:
            first, last = self.numbers
            return (CaseReference(source=self.name, source_id=f"MP{number}") for number in range(first, last + 1))
        return self._search_states()

    def fetch_document(self, source_id: str) -> bytes:
        """GET the document of a case. A 404 means that the case is unknown, unpublished or removed."""
        return self.client.get(f"{_SET}/Cases/{source_id.removeprefix('MP')}", max_bytes=_MAX_DOCUMENT_BYTES)

    def read(self, source_id: str, document: bytes) -> Case:
        """Parse a document of either shape: that of 2018-19, or that of 2020 and later."""
        return read_namus_case(self.name, source_id, document, base_url=self.client.base_url)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET the original of a photo."""
        return self.client.get(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def _search_states(self) -> Iterator[CaseReference]:
        """Yield each case once, even if several states list it."""
        seen: set[int] = set()
        for state in self.states or self._all_states():
            for row in self._rows(state):
                number = integer(row, "namus2Number")
                if number is not None and number > 0 and number not in seen:
                    seen.add(number)
                    modified = text(row, "modifiedDateTime")
                    yield CaseReference(source=self.name, source_id=f"MP{number}", modified=modified)

    def _all_states(self) -> list[str]:
        states = _decode(self.client.get("/api/CaseSets/NamUs/States", max_bytes=_MAX_LISTING_BYTES), "States")
        names = [text(state, "name") for state in states] if isinstance(states, list) else []
        if not any(names):
            raise UnreadableListingError("NamUs: the list of states has no names")
        return [name for name in names if name]

    def _rows(self, state: str) -> Iterator[Any]:
        """Yield the rows of one state. If the search truncates them, read them in both sort orders.

        Raises:
            UnreadableListingError: both orders together lack rows. A case that the search leaves out must not look
                as if it vanished.
        """
        seen: set[Any] = set()
        total = 0
        for direction in (None, "Descending", "Ascending"):
            for page in self._pages(state, direction):
                rows = page["results"]
                seen.update(integer(row, "namus2Number") or object() for row in rows)
                yield from rows
                total = integer(page, "count") or 0
                if len(seen) >= total:
                    return
        raise UnreadableListingError(f"NamUs: the search returned {len(seen)} of {total} cases of {state}")

    def _pages(self, state: str, direction: str | None) -> Iterator[dict[str, Any]]:
        skip = 0
        while (page := self._search(state, skip=skip, direction=direction))["results"]:
            yield page
            skip += len(page["results"])
            if skip > _MAX_ROWS_OF_STATE:
                raise UnreadableListingError(f"NamUs: the search of {state} does not end; {skip:,} rows so far")
        yield page

    def _search(self, state: str, *, skip: int, direction: str | None) -> dict[str, Any]:
        body = {
            "take": _MAX_ROWS,
            "skip": skip,
            "projections": ["namus2Number", "modifiedDateTime"],
            "predicates": [{"field": "stateOfLastContact", "operator": "IsIn", "values": [state]}],
        }
        if direction is not None:
            body["orderSpecifications"] = [{"field": "namus2Number", "direction": direction}]
        page = _decode(
            self.client.post_json(f"{_SET}/Search", body, max_bytes=_MAX_LISTING_BYTES), f"Search of {state}"
        )
        if not isinstance(page, dict) or not isinstance(page.get("results"), list):
            raise UnreadableListingError(f"NamUs: the search of {state} has no results")
        return page


def _decode(body: bytes, what: str) -> Any:
    try:
        return decode_page(body)
    except DocumentError as error:
        raise UnreadableListingError(f"NamUs: {what} is not JSON: {error}") from error
