"""One case: its facts, its photos and why some have no face, its encounters, and how to close it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from lambdas.cases.ages import is_minor
from lambdas.cases.case import CaseStatus
from lambdas.console.acts import record_act
from lambdas.console.cameras import read_cameras
from lambdas.console.case_encounters import Other, recent_encounters
from lambdas.console.case_records import read_records, read_stored_cases
from lambdas.console.looks import record_look
from lambdas.console.pages.case_faces import Faces, faces_of
from lambdas.console.person import SUPERVISORS
from lambdas.console.pictures.links import Crop, link_to_photo
from lambdas.console.web.errors import ConflictError, NotFoundError
from lambdas.console.web.exchange import AnyRequest, Page, Redirect
from lambdas.review.audit import AuditKind
from lambdas.review.link_page.facts import map_link, person_facts

if TYPE_CHECKING:
    from lambdas.cases.case import SourcePhoto
    from lambdas.console.case_records import CaseRecords
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of the case. `face` is indexed, no_face, stored, unusable or duplicate; `reason` says why.

    `several` are the faces if there are several.
    """

    photo_id: str
    kind: str
    taken_year: int | None
    face: str
    reason: str | None
    picture: str | None
    several: Faces | None = None


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case. `may_change`: this person may close it, and choose the face of a photo with several."""

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
    may_change: bool


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a case is closed by hand."""

    status: Literal["resolved", "removed"]
    note: str = ""


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """The case that is closed."""

    case_id: str


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
    view = CaseView(
        case_id=case_id,
        status=records.stored.status,
        name=case.name,
        is_minor=is_minor(case, request.at.date()),
        facts={label: value for label, value in person_facts(case, request.at.date()).items() if value},
        narrative=case.narrative,
        map=map_link(case),
        source=case.source_url,
        photos=[_photo(request, records, photo) for photo in case.photos],
        encounters=recent_encounters(services, request, case_id, read_cameras(services)),
        may_change=is_open and request.person.has_one_of(SUPERVISORS),
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


def _photo(request: AnyRequest, records: CaseRecords, photo: SourcePhoto) -> Photo:
    case_id, record = records.stored.case.case_id, records.photos.get(photo.photo_id, {})
    picture = several = None
    if record and records.has_picture(photo.photo_id):
        several = faces_of(request, case_id, photo.photo_id, record)
        picture = link_to_photo(request.person, case_id, photo.photo_id, Crop.WHOLE, about=case_id, at=request.at)
    return Photo(
        photo_id=photo.photo_id,
        kind=photo.kind.value,
        taken_year=photo.taken_year,
        face=str(record.get("face_status") or "not indexed yet"),
        reason=record.get("reason"),
        picture=picture,
        several=several,
    )
