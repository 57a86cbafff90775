"""The undocumented API of NCMEC: search by state in a cookie session, fetch a child's details, fetch a photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.downloads.errors import GoneError
from lambdas.ingest.sources.fields import decode_object, integer, member, text
from lambdas.ingest.sources.listing import decode_page, row_marker
from lambdas.ingest.sources.ncmec.document import read_ncmec_case
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_SERVLET = "/missingkids/servlet/JSONDataServlet"
_MAX_BYTES = 5_000_000
_ID = re.compile(r"([A-Z]{2,8})([0-9]{1,12})-([0-9]{1,3})")
_CHANGING = frozenset({"age", "inMonth", "inDay"})
_MAX_PAGES = 1_000  # of one state
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP"
)


@dataclass
class Ncmec:
    """The source `ncmec`. Case `NCMC1234567-1` is the first child of case number 1234567."""

    client: PoliteClient
    states: tuple[str, ...] = ()
    name: str = "ncmec"
    volatile: frozenset[str] = frozenset({"age"})

    def list_cases(self) -> Iterator[CaseReference]:
        """List the children state by state, without unidentified remains and adult companions.

        Raises:
            UnreadableListingError: a page of the search is invalid.
        """
        seen: set[str] = set()
        for state in self.states or _STATES.split():
            for row in self._rows(state):
                source_id = _source_id(row)
                if source_id is not None and source_id not in seen:
                    seen.add(source_id)
                    marker = row_marker(row, without=_CHANGING)
                    yield CaseReference(source=self.name, source_id=source_id, modified=marker)

    def fetch_document(self, source_id: str) -> bytes:
        """GET the details of a child.

        Raises:
            GoneError: the response is a success without a child.
        """
        organization, number, sequence = _parts(source_id)
        query = {
            "action": "childDetail",
            "orgPrefix": organization,
            "caseNum": number,
            "seqNum": sequence,
            "caseLang": "en_US",
            "searchLang": "en_US",
            "LanguageId": "en_US",
        }
        document = self.client.get(_SERVLET, params=query, max_bytes=_MAX_BYTES)
        if _is_empty_success(document):
            raise GoneError(f"NCMEC has no {source_id}")
        return document

    def read(self, source_id: str, document: bytes) -> Case:
        """Parse the details of a child."""
        return read_ncmec_case(self.name, source_id, document)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET a photo."""
        return self.client.get(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def _rows(self, state: str) -> Iterator[Any]:
        """Yield the rows of a state. The first response sets the session cookie that the later pages need."""
        query = {
            "action": "publicSearch",
            "search": "new",
            "subjToSearch": "child",
            "missState": state,
            "missCountry": "US",
            "searchLang": "en_US",
        }
        page = self._page(query, state)
        yield from page["persons"]
        total = integer(page, "totalPages") or 1
        if total > _MAX_PAGES:
            raise UnreadableListingError(f"NCMEC: {state}: {total:,} pages; the maximum is {_MAX_PAGES:,}")
        for number in range(2, total + 1):
            following = {"action": "publicSearch", "searchLang": "en_US", "goToPage": str(number)}
            persons = self._page(following, state)["persons"]
            if not persons:
                raise UnreadableListingError(f"NCMEC: {state}: page {number} of {total} is empty")
            yield from persons

    def _page(self, query: dict[str, str], state: str) -> dict[str, Any]:
        try:
            page: dict[str, Any] = decode_page(self.client.get(_SERVLET, params=query, max_bytes=_MAX_BYTES))
        except DocumentError as error:
            raise UnreadableListingError(f"NCMEC: {state}: {error}") from error
        if not isinstance(member(page, "persons"), list) or text(page, "status") not in {"success", None}:
            raise UnreadableListingError(f"NCMEC: {state}: the search says {text(page, 'status')!r}, without persons")
        return page


def _source_id(row: Any) -> str | None:
    organization, number, sequence = text(row, "orgPrefix"), text(row, "caseNumber"), integer(row, "seqNumber")
    is_remains = organization == "NCMU" or "unidentified" in (text(row, "orgName") or "").lower()
    if is_remains or member(row, "isChild") is False:
        return None
    source_id = f"{organization}{number}-{sequence}"
    return source_id if _ID.fullmatch(source_id) else None


def _parts(source_id: str) -> tuple[str, str, str]:
    match = _ID.fullmatch(source_id)
    if match is None:
        raise GoneError(f"{source_id} is not a valid NCMEC case number")
    return match[1], match[2], match[3]


def _is_empty_success(document: bytes) -> bool:
    try:
        answer = decode_object(document)
    except DocumentError:
        return False
    return text(answer, "status") == "success" and not member(answer, "childBean")
