"""NCMEC: a search by state in a cookie session, and one child's details. Undocumented: tolerate, and trust nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.downloads.errors import GoneError
from lambdas.ingest.sources.fields import decode_object, integer, member, text
from lambdas.ingest.sources.ncmec.document import read_ncmec_case
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_SERVLET = "/missingkids/servlet/JSONDataServlet"
_BYTES = 5_000_000
_PHOTO_BYTES = 25_000_000
_ID = re.compile(r"([A-Z]{2,8})(\d{1,12})-(\d{1,3})")
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP"
)


@dataclass
class Ncmec:
    """The National Center for Missing & Exploited Children. Case `NCMC1234567-1` is the first child of that number."""

    client: PoliteClient
    states: tuple[str, ...] = ()
    name: str = "ncmec"
    volatile: frozenset[str] = frozenset({"age"})

    def list_cases(self) -> Iterator[CaseReference]:
        """Search state by state; unidentified remains and adult companions are left out.

        Raises:
            UnreadableListingError: an answer is not what the search gives.
        """
        seen: set[str] = set()
        for state in self.states or _STATES.split():
            for row in self._rows(state):
                source_id = _source_id(row)
                if source_id is not None and source_id not in seen:
                    seen.add(source_id)
                    yield CaseReference(source=self.name, source_id=source_id, modified=_marker(row))

    def fetch_document(self, source_id: str) -> bytes:
        """The details of one child.

        Raises:
            GoneError: the answer is a success and has no child.
        """
        organisation, number, sequence = _parts(source_id)
        query = {
            "action": "childDetail",
            "orgPrefix": organisation,
            "caseNum": number,
            "seqNum": sequence,
            "caseLang": "en_US",
            "searchLang": "en_US",
            "LanguageId": "en_US",
        }
        document = self.client.get(_SERVLET, params=query, max_bytes=_BYTES)
        if _is_empty_success(document):
            raise GoneError(f"NCMEC has no {source_id}")
        return document

    def read(self, source_id: str, document: bytes) -> Case:
        """The details as a typed case."""
        return read_ncmec_case(self.name, source_id, document)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET the picture."""
        return self.client.get(photo.url, max_bytes=_PHOTO_BYTES)

    def _rows(self, state: str) -> Iterator[Any]:
        """The first answer opens the session in whose cookie the further pages are."""
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
        for number in range(2, (integer(page, "totalPages") or 1) + 1):
            following = {"action": "publicSearch", "searchLang": "en_US", "goToPage": str(number)}
            yield from self._page(following, state)["persons"]

    def _page(self, query: dict[str, str], state: str) -> dict[str, Any]:
        try:
            page = decode_object(self.client.get(_SERVLET, params=query, max_bytes=_BYTES))
        except DocumentError as error:
            raise UnreadableListingError(f"NCMEC: {state}: {error}") from error
        if not isinstance(page.get("persons"), list) or text(page, "status") not in {"success", None}:
            raise UnreadableListingError(f"NCMEC: {state}: the search says {text(page, 'status')!r}, without persons")
        return page


def _source_id(row: Any) -> str | None:
    organisation, number, sequence = text(row, "orgPrefix"), text(row, "caseNumber"), integer(row, "seqNumber")
    is_remains = organisation == "NCMU" or "unidentified" in (text(row, "orgName") or "").lower()
    if is_remains or member(row, "isChild") is False:
        return None
    source_id = f"{organisation}{number}-{sequence}"
    return source_id if _ID.fullmatch(source_id) else None


def _parts(source_id: str) -> tuple[str, str, str]:
    match = _ID.fullmatch(source_id)
    if match is None:
        raise GoneError(f"{source_id} is no number that NCMEC gives")
    return match[1], match[2], match[3]


def _marker(row: Any) -> str:
    """A row carries no time of change; the age in it is that of today."""
    said = {name: value for name, value in row.items() if name not in {"age", "inMonth", "inDay"}}
    return "row:" + hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:16]


def _is_empty_success(document: bytes) -> bool:
    try:
        answer = decode_object(document)
    except DocumentError:
        return False
    return text(answer, "status") == "success" and not member(answer, "childBean")
