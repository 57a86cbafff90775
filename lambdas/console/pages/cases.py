"""The cases: list those that a name, a number or a place is in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.ages import is_minor
from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, StoredCase, stored_case
from lambdas.common.base64url import from_base64url, to_base64url
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.place_names import name_key
from lambdas.console.case_records import read_stored_cases
from lambdas.console.sources import SOURCES
from lambdas.console.web.errors import InvalidError
from lambdas.console.web.exchange import AnyRequest, Page

if TYPE_CHECKING:
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request

ROWS = 50
_MAX_PAGES = 5  # of 1 MB each, so that a page answers in time; a rare name continues with the cursor


class Listed(StrEnum):
    """Which cases to list, by their status."""

    OPEN = "open"
    RESOLVED = "resolved"
    REMOVED = "removed"
    ALL = "all"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a name, a number or a place, and the state of the cases."""

    q: str = ""
    status: Listed = Listed.OPEN
    cursor: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case of the list."""

    case_id: str
    status: CaseStatus
    name: str | None
    is_minor: bool
    last_seen: str
    photos: int


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases. With a cursor there may be more, even if this page has none."""

    cases: list[Row]
    query: Query
    cursor: str | None


def browse(services: Services, request: Request[Query, None]) -> Page:
    """List the cases that a text is in."""
    query = request.query
    exact = _by_number(services, query.q) if query.q and not query.cursor else []
    found, cursor = (exact, None) if exact else _scan(services, query)
    rows = [_row(request, stored) for stored in found]
    return Page(template="cases.html", data=CaseList(cases=rows, query=query, cursor=cursor))


def _by_number(services: Services, text: str) -> list[StoredCase]:
    """Find a case by its id, or by its number in any source. This reads only these items."""
    number = text.strip()
    ids = [number] if ":" in number else [f"{source}:{number.upper()}" for source in SOURCES]
    return list(read_stored_cases(services, ids).values()) if number and len(number) <= 200 else []


def _scan(services: Services, query: Query) -> tuple[list[StoredCase], str | None]:
    """Read the table from the cursor on, until the page is full or enough of it is read."""
    names = {"#record": "record"}
    request: dict[str, Any] = {
        "TableName": services.cases_table,
        "FilterExpression": "#record = :case",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_attributes({":case": CASE_RECORD}),
    }
    if query.cursor:
        request["ExclusiveStartKey"] = _start(query.cursor)
    wanted, found = name_key(query.q), list[StoredCase]()
    for _ in range(_MAX_PAGES):
        answer = services.dynamodb.scan(**request)
        for item in map(from_attributes, answer["Items"]):
            stored = stored_case(item)
            if _passes(query, wanted, stored):
                found.append(stored)
            if len(found) == ROWS:
                return found, _cursor({"case_id": stored.case.case_id, "record": CASE_RECORD})
        last = answer.get("LastEvaluatedKey")
        if not last:
            return found, None
        request["ExclusiveStartKey"] = last
    return found, _cursor(from_attributes(request["ExclusiveStartKey"]))


def _passes(query: Query, wanted: str, stored: StoredCase) -> bool:
    if query.status is not Listed.ALL and query.status.value != stored.status.value:
        return False
    case = stored.case
    numbers = (agency.case_number for agency in case.agencies)
    texts = (case.case_id, *map(str, case.names), case.last_seen.place, case.last_seen.county, *numbers)
    return not wanted or any(wanted in name_key(text) for text in texts if text)


def _row(request: AnyRequest, stored: StoredCase) -> Row:
    case = stored.case
    return Row(
        case_id=case.case_id,
        status=stored.status,
        name=case.name,
        is_minor=is_minor(case, request.at.date()),
        last_seen=", ".join(part for part in (case.last_seen.date, case.last_seen.place) if part),
        photos=len(case.photos),
    )


def _cursor(key: dict[str, Any]) -> str:
    return to_base64url(msgspec.json.encode((key["case_id"], key["record"])))


def _start(cursor: str) -> dict[str, Any]:
    try:
        case_id, record = msgspec.json.decode(from_base64url(cursor[:2000]), type=tuple[str, str])
    except (ValueError, RecursionError) as error:
        raise InvalidError("The page's address is damaged. Open the list again.") from error
    if not case_id or not record:
        raise InvalidError("The page's address is damaged. Open the list again.")
    return to_attributes({"case_id": case_id, "record": record})
