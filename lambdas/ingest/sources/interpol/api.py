"""The API of INTERPOL's public notices: list notices, fetch a notice, fetch a photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseType
from lambdas.common.photos import MAX_PHOTO_BYTES
from lambdas.downloads.errors import GoneError
from lambdas.ingest.sources.fields import integer, member, text
from lambdas.ingest.sources.interpol.document import read_interpol_case
from lambdas.ingest.sources.listing import decode_page, row_marker
from lambdas.ingest.sources.protocol import CaseReference, DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.downloads.polite_client import PoliteClient

_MAX_ROWS = 160  # the API returns no further rows of a query, even on later pages
_MAX_BYTES = 5_000_000
_MAX_AGE = 127
_COUNTRIES = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM "
    "CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HN "
    "HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA "
    "MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW "
    "PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW "
    "TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW"
)

Query = dict[str, str]


@dataclass
class Interpol:
    """The source `interpol`: yellow notices for missing persons or red notices for wanted persons.

    The API truncates a query to 160 rows, so a longer query is split until each part is short enough.
    """

    client: PoliteClient
    name: str = "interpol"
    case_type: CaseType = CaseType.MISSING
    nationalities: tuple[str, ...] = ()
    volatile: frozenset[str] = frozenset()

    @property
    def _path(self) -> str:
        return f"/notices/v1/{'yellow' if self.case_type is CaseType.MISSING else 'red'}"

    def list_cases(self) -> Iterator[CaseReference]:
        """List every notice once: by nationality, then by age if some notices have no nationality.

        Raises:
            UnreadableListingError: a page of the API is invalid.
        """
        seen: set[str] = set()
        total = self._page({}, number=1)[0]
        for order in (("nationality", "age", "sex", "letter"), ("age", "sex", "letter")):
            if len(seen) < total:
                for row in self._rows({}, order):
                    entity = _source_id(row)
                    if entity is not None and entity not in seen:
                        seen.add(entity)
                        yield CaseReference(source=self.name, source_id=entity, modified=row_marker(row))

    def fetch_document(self, source_id: str) -> bytes:
        """Fetch the notice and the list of its pictures, and join them into one document."""
        notice = self.client.get(f"{self._path}/{source_id}", max_bytes=_MAX_BYTES)
        try:
            images = self.client.get(f"{self._path}/{source_id}/images", max_bytes=_MAX_BYTES)
        except GoneError as error:
            raise DocumentError("INTERPOL has the notice, but not the list of its pictures") from error
        try:
            raw = [msgspec.json.decode(part, type=msgspec.Raw) for part in (notice, images)]
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return notice if not _is_json(notice) else images
        return msgspec.json.encode({"notice": raw[0], "images": raw[1]})

    def read(self, source_id: str, document: bytes) -> Case:
        """Parse a notice."""
        return read_interpol_case(self.name, source_id, document, case_type=self.case_type)

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """GET a photo."""
        return self.client.get(photo.url, max_bytes=MAX_PHOTO_BYTES)

    def _rows(self, query: Query, order: tuple[str, ...]) -> Iterator[Any]:
        total, rows = self._page(query, number=1)
        if total <= _MAX_ROWS or not order:
            yield from self._all_pages(query, total, rows)
            return
        for narrower, remaining in self._split(query, order):
            yield from self._rows(narrower, remaining)

    def _split(self, query: Query, order: tuple[str, ...]) -> Iterator[tuple[Query, tuple[str, ...]]]:
        """Split the query by the first criterion of `order`. Ages are halved until a part spans one year."""
        by, rest = order[0], order[1:]
        if by == "nationality":
            yield from (({**query, "nationality": code}, rest) for code in self.nationalities or _COUNTRIES.split())
        elif by == "age":
            youngest, oldest = int(query.get("ageMin", "0")), int(query.get("ageMax", str(_MAX_AGE)))
            middle = (youngest + oldest) // 2
            for first, last in ((youngest, middle), (middle + 1, oldest)):
                yield {**query, "ageMin": str(first), "ageMax": str(last)}, (rest if first == last else order)
        elif by == "sex":
            yield from (({**query, "sexId": sex}, rest) for sex in ("F", "M", "U"))
        else:
            yield from (({**query, "name": letter}, rest) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def _all_pages(self, query: Query, total: int, rows: list[Any]) -> Iterator[Any]:
        received = 0
        number = 1
        while rows:
            yield from rows
            received += len(rows)
            number += 1
            rows = self._page(query, number=number)[1] if received < min(total, _MAX_ROWS) else []

    def _page(self, query: Query, *, number: int) -> tuple[int, list[Any]]:
        params = {**query, "resultPerPage": str(_MAX_ROWS), "page": str(number)}
        try:
            page = decode_page(self.client.get(self._path, params=params, max_bytes=_MAX_BYTES))
        except DocumentError as error:
            raise UnreadableListingError(f"INTERPOL: {params}: {error}") from error
        total, rows = integer(page, "total"), member(page, "_embedded", "notices")
        if total is None or not isinstance(rows, list):
            raise UnreadableListingError(f"INTERPOL: {params}: no total or no notices")
        return total, rows


def _source_id(row: Any) -> str | None:
    """Convert 2022/9888 to 2022-9888, the form in links."""
    entity = (text(row, "entity_id") or "").replace("/", "-")
    return entity if re.fullmatch(r"[0-9]{4}-[0-9]{1,12}", entity) else None


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True
