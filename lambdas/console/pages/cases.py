"""The cases: search them, look at one with its photos and why some have no face, and close one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from lambdas.cases.ages import is_minor
from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, StoredCase, stored_case
from lambdas.common.base64url import from_base64url, to_base64url
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.place_names import name_key
from lambdas.console.acts import record_act
from lambdas.console.cameras import read_cameras
from lambdas.console.case_encounters import Other, recent_encounters
from lambdas.console.case_records import read_records, read_stored_cases
from lambdas.console.errors import ConflictError, InvalidError, NotFoundError
from lambdas.console.exchange import AnyRequest, Page, Redirect
from lambdas.console.looks import record_look
from lambdas.console.person import SUPERVISORS
from lambdas.console.picture_links import Crop, link_to_photo
from lambdas.console.sources import SOURCES
from lambdas.review.audit import AuditKind
from lambdas.review.link_page.facts import map_link, person_facts

if TYPE_CHECKING:
    from lambdas.console.exchange import Request
    from lambdas.console.services import Services

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


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of the case. `face` is indexed, no_face, stored, unusable or duplicate; `reason` says why."""

    photo_id: str
    kind: str
    taken_year: int | None
    face: str
    reason: str | None
    picture: str | None


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case."""

    case_id: str
    status: CaseStatus
    name: str | None
    is_minor: bool
    facts: dict[str, str]
    narrative: str | None
    map: str | None
    source: str | None
    photos: list[Photo]
    encounters: list[Other]
    may_close: bool


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a case is closed by hand."""

    status: Literal["resolved", "removed"]
    note: str = ""


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """The case that is closed."""

    case_id: str


def browse(services: Services, request: Request[Query, None]) -> Page:
    """List the cases that a text is in."""
    query = request.query
    exact = _by_number(services, query.q) if query.q and not query.cursor else []
    found, cursor = (exact, None) if exact else _scan(services, query)
    rows = [_row(request, stored) for stored in found]
    return Page(template="cases.html", data=CaseList(cases=rows, query=query, cursor=cursor))


def show(services: Services, request: AnyRequest) -> Page:
    """Show one case, and audit the look.

    Raises:
        NotFoundError: there is no such case.
    """
    case_id = request.path["case_id"]
    records = read_records(services, case_id)
    if records is None:
        raise NotFoundError("The gallery has no such case.")
    record_look(services, request.person, case_id, AuditKind.VIEWED)
    case, is_open = records.stored.case, records.stored.status is CaseStatus.OPEN
    photos = [
        Photo(
            photo_id=photo.photo_id,
            kind=photo.kind.value,
            taken_year=photo.taken_year,
            face=str(record.get("face_status") or "not indexed yet"),
            reason=record.get("reason"),
            picture=link_to_photo(request.person, case_id, photo.photo_id, Crop.WHOLE, about=case_id, at=request.at)
            if is_open and record.get("face_status") not in {None, "unusable", "duplicate"}
            else None,
        )
        for photo, record in ((photo, records.photos.get(photo.photo_id, {})) for photo in case.photos)
    ]
    view = CaseView(
        case_id=case_id,
        status=records.stored.status,
        name=case.name,
        is_minor=is_minor(case, request.at.date()),
        facts={label: value for label, value in person_facts(case, request.at.date()).items() if value},
        narrative=case.narrative,
        map=map_link(case),
        source=case.source_url,
        photos=photos,
        encounters=recent_encounters(services, request, case_id, read_cameras(services)),
        may_close=is_open and request.person.has_one_of(SUPERVISORS),
    )
    return Page(template="case.html", data=view)


def close(services: Services, request: Request[None, Closing]) -> Redirect:
    """Close a case: the sync's function deletes its faces, photos and encounters without a verdict.

    Raises:
        NotFoundError: there is no such case.
        ConflictError: the case could not be closed.
    """
    case_id, form = request.path["case_id"], request.form
    if case_id not in read_stored_cases(services, [case_id]):
        raise NotFoundError("The gallery has no such case.")
    if not services.close_case(case_id, form.status):
        raise ConflictError("The case could not be closed. Try again, or close it with: homeward case close.")
    note = f"{case_id} {form.status}: {form.note}" if form.note else f"{case_id} {form.status}"
    record_act(services, request.person, AuditKind.CASE_CLOSED, note=note[:500])
    return Redirect(location=f"/cases/{case_id}", data=Closed(case_id=case_id))


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
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidError("The page's address is damaged. Open the list again.") from error
    if not case_id or not record:
        raise InvalidError("The page's address is damaged. Open the list again.")
    return to_attributes({"case_id": case_id, "record": record})
