"""The faces of a photo that shows several people, and the choice of the missing person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from lambdas.cases.several_faces import several_of
from lambdas.console.acts import record_act
from lambdas.console.case_records import read_records
from lambdas.console.pictures.links import link_to_face
from lambdas.console.web.errors import ConflictError, NotFoundError
from lambdas.console.web.exchange import Redirect
from lambdas.review.audit import AuditKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.console.services import Services
    from lambdas.console.web.exchange import AnyRequest, Request


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """One face of the photo. Faces are numbered from left to right, from 1."""

    number: int
    picture: str
    is_chosen: bool


class Faces(msgspec.Struct, frozen=True, kw_only=True):
    """The faces of the photo with this `etag`.

    `chosen` is the number of the missing person's, 0 for none of them, or None if nobody knows. `chosen_by` is None if
    the case's other photos decided.
    """

    etag: str
    faces: list[Face]
    chosen: int | None
    chosen_by: str | None


class Choosing(msgspec.Struct, frozen=True, kw_only=True):
    """The face of a photo that is the missing person's, 0 for none of them."""

    photo: str
    etag: str
    face: Annotated[int, msgspec.Meta(ge=0)]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The choice that is recorded."""

    case_id: str
    photo: str
    face: int


def faces_of(request: AnyRequest, case_id: str, photo_id: str, record: Mapping[str, Any]) -> Faces | None:
    """Return the faces of a photo with several; None if it has one, or nobody has looked at this version."""
    several = several_of(record, record.get("etag", ""))
    if several is None:
        return None
    faces = [
        Face(
            number=number,
            picture=link_to_face(request.person, case_id, photo_id, box, about=case_id, at=request.at),
            is_chosen=number == several.chosen,
        )
        for number, box in enumerate(several.boxes, start=1)
    ]
    return Faces(etag=several.etag, faces=faces, chosen=several.chosen, chosen_by=several.by)


def choose(services: Services, request: Request[None, Choosing]) -> Redirect:
    """Choose the missing person's face. The index-photo function enrolls it: the console changes no gallery.

    Raises:
        NotFoundError: there is no such case or photo.
        ConflictError: the photo has changed, or is just being indexed.
    """
    case_id, form = request.path["case_id"], request.form
    records = read_records(services, case_id)
    if records is None or form.photo not in records.photos:
        raise NotFoundError("The gallery has no such photo.")
    if not services.choose_face(case_id, form.photo, form.etag, form.face, request.person.name):
        raise ConflictError("The photo has changed, or is just being indexed. Look at its faces again.")
    note = f"{case_id} photo {form.photo}: face {form.face or 'none'}"
    record_act(services, request.person, AuditKind.FACE_CHOSEN, note=note[:500])
    return Redirect(location=f"/cases/{case_id}", data=Chosen(case_id=case_id, photo=form.photo, face=form.face))
