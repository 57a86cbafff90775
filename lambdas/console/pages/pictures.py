"""One picture, behind a link that lives one to two minutes and belongs to the session."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.s3_objects import is_not_found
from lambdas.console.looks import record_look
from lambdas.console.pictures.crops import cropped
from lambdas.console.pictures.faces import Face, Faces
from lambdas.console.pictures.links import Crop, Shown, opened
from lambdas.console.web.errors import NotFoundError
from lambdas.console.web.exchange import AnyRequest, Content
from lambdas.review.audit import AuditKind
from pictures.errors import UnreadablePictureError

if TYPE_CHECKING:
    from lambdas.console.services import Services


def show(services: Services, request: AnyRequest) -> Content:
    """Return the picture, cut so that it can be compared with others."""
    shown = opened(request.person, request.path["token"], at=request.at)
    data = _read(services, shown)
    record_look(services, request.person, shown.about, AuditKind.PICTURE_VIEWED)
    face = _face(services, shown, data)
    try:
        return Content(body=cropped(data, shown.crop, face), content_type="image/jpeg")
    except UnreadablePictureError as error:
        raise NotFoundError(f"The picture cannot be shown: {error}") from error


def _face(services: Services, shown: Shown, data: bytes) -> Face | None:
    if shown.box:
        return Face(box=shown.box)
    return None if shown.crop is Crop.WHOLE else Faces(services=services).find(shown.bucket, shown.key, data)


def _read(services: Services, shown: Shown) -> bytes:
    bucket = services.detection_bucket if shown.bucket == "detection" else services.gallery_bucket
    try:
        answer = services.s3.get_object(Bucket=bucket, Key=shown.key)
    except ClientError as error:
        if is_not_found(error):
            raise NotFoundError("The picture is deleted.") from error
        raise
    with closing(answer["Body"]) as body:
        return body.read()
