"""Search by photo: a supervisor uploads a picture, and sees which open cases its face resembles.

The picture is not kept: the page with several faces carries their crops, and the choice brings one back.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.outside_text import single_line
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from lambdas.console.acts import record_act
from lambdas.console.pictures.faces import Face, find_faces
from lambdas.console.pictures.links import Crop, link_to_photo
from lambdas.console.web.errors import InvalidError, TooManyRequestsError
from lambdas.console.web.exchange import AnyRequest, Page
from lambdas.detection.gallery_search import Gallery, NoFaceError, RefusedPictureError, search_gallery
from lambdas.encounters.attempts import Attempts, attempts_key
from lambdas.review.audit import AuditKind

if TYPE_CHECKING:
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request
    from lambdas.detection.gallery_search import CaseFound

MAX_BYTES = 4_400_000  # the upload in base64 must fit into the 6 MB of a function's event
MAX_SEARCHES_PER_DAY = 20
# Rekognition looks for the faces of each upload, also of those that nobody searches for.
MAX_UPLOADS_PER_DAY = 2 * MAX_SEARCHES_PER_DAY
_MARGIN = 0.6  # around the face, as captures have it
_MAX_TEXT = 200
_DAY = timedelta(days=1)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody searches, and for the second step the chosen face, a JPEG in base64."""

    purpose: str
    reference: str
    face: str | None = None


class FaceToChoose(msgspec.Struct, frozen=True, kw_only=True):
    """A face of the picture: a JPEG in base64."""

    jpeg: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A case that the face resembles."""

    case_id: str
    name: str | None
    similarity: float
    reached: str
    photo_kind: str
    picture: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The form; then faces to choose from, or the searched face with the cases found."""

    limit: int
    purpose: str = ""
    reference: str = ""
    faces: list[FaceToChoose] = []
    searched: str | None = None
    found: list[Found] = []


def show(_services: Services, _request: AnyRequest) -> Page:
    """Show the form."""
    return Page(template="photo_search.html", data=View(limit=MAX_SEARCHES_PER_DAY))


def search(services: Services, request: Request[None, Form]) -> Page:
    """Search for the face, or ask which of several is meant.

    Raises:
        InvalidError: purpose, reference or a usable picture is missing.
        TooManyRequestsError: the person has searched too often today.
    """
    form = request.form
    purpose, reference = (single_line(text).strip()[:_MAX_TEXT] for text in (form.purpose, form.reference))
    if not purpose or not reference:
        raise InvalidError("Write the purpose and the reference of the search.")
    jpeg = _picture(request)
    faces = [] if form.face else _faces(services, request, jpeg)
    if len(faces) > 1:
        crops = [FaceToChoose(jpeg=_text(_cut(jpeg, face))) for face in faces]
        view = View(limit=MAX_SEARCHES_PER_DAY, purpose=purpose, reference=reference, faces=crops)
        return Page(template="photo_search.html", data=view)
    _count(services, request, "photo-search", MAX_SEARCHES_PER_DAY)
    why = f"{purpose}; reference {reference}"
    try:
        found = search_gallery(
            _gallery(services), jpeg, policy=services.policy, min_similarity=services.policy.base.review
        )
    except (NoFaceError, RefusedPictureError) as error:
        record_act(services, request.person, AuditKind.PHOTO_SEARCHED, note=f"{why}; {error}")
        raise InvalidError(f"The picture cannot be searched: {error}.") from error
    record_act(services, request.person, AuditKind.PHOTO_SEARCHED, note=f"{why}; {len(found)} cases")
    view = View(
        limit=MAX_SEARCHES_PER_DAY,
        purpose=purpose,
        reference=reference,
        searched=_text(_cut(jpeg, faces[0]) if faces else jpeg),
        found=[_found(request, case) for case in found],
    )
    return Page(template="photo_search.html", data=view)


def _picture(request: Request[None, Form]) -> bytes:
    """Return the picture upright, without metadata, as every photo is decoded."""
    if request.form.face:
        try:
            data = base64.b64decode(request.form.face, validate=True)
        except ValueError as error:
            raise InvalidError("The chosen face is damaged. Upload the picture again.") from error
    else:
        upload = request.files.get("photo")
        if upload is None or not upload.content:
            raise InvalidError("Choose a picture.")
        data = upload.content
    if len(data) > MAX_BYTES:
        raise InvalidError("The picture is larger than 4.4 MB. Scale it down.")
    try:
        return prepare_photo(data).jpeg
    except UnusablePhotoError as error:
        raise InvalidError(f"The picture cannot be used: {error}.") from error


def _faces(services: Services, request: AnyRequest, jpeg: bytes) -> list[Face]:
    _count(services, request, "photo-upload", MAX_UPLOADS_PER_DAY)
    try:
        return find_faces(services, jpeg)
    except ClientError as error:
        raise InvalidError("Rekognition cannot read the picture. Try another one.") from error


def _count(services: Services, request: AnyRequest, what: str, most: int) -> None:
    attempts = Attempts(dynamodb=services.dynamodb, table=services.encounters_table)
    key = attempts_key(what, request.person.sub)
    if attempts.count(key, now=request.at, period=_DAY) > most:
        record_act(services, request.person, AuditKind.REFUSED, note="search by photo: the day's limit is reached")
        raise TooManyRequestsError(f"You have searched {most} times in a day. Try again tomorrow.")


def _gallery(services: Services) -> Gallery:
    return Gallery(
        dynamodb=services.dynamodb,
        rekognition=services.rekognition(),
        cases_table=services.cases_table,
        encounters_table=services.encounters_table,
        face_collection=services.face_collection,
    )


def _found(request: AnyRequest, case: CaseFound) -> Found:
    picture = link_to_photo(request.person, case.case_id, case.photo_id, Crop.FACE, about=case.case_id, at=request.at)
    return Found(
        case_id=case.case_id,
        name=case.name,
        similarity=case.similarity,
        reached=case.reached.value,
        photo_kind=case.photo_kind.value,
        picture=picture,
    )


def _cut(jpeg: bytes, face: Face) -> bytes:
    """Cut out head and shoulders."""
    from PIL import Image  # noqa: PLC0415 - only this page needs it

    image = Image.open(BytesIO(jpeg))
    left, top, width, height = face.box
    box = (left - _MARGIN * width, top - _MARGIN * height, left + (1 + _MARGIN) * width, top + (1 + _MARGIN) * height)
    sides = (image.width, image.height, image.width, image.height)
    bounded = [min(max(share, 0.0), 1.0) * side for share, side in zip(box, sides, strict=True)]
    encoded = BytesIO()
    image.crop((round(bounded[0]), round(bounded[1]), round(bounded[2]), round(bounded[3]))).save(encoded, "JPEG")
    return encoded.getvalue()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
