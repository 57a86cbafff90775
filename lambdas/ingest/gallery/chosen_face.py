"""Record which of a photo's faces a person chose as the missing person's, and enroll that face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from lambdas.cases.new_faces import note_new_face
from lambdas.cases.several_faces import several_of
from lambdas.cases.table import photo_record, read_photo, record_key
from lambdas.common.dynamodb import to_attributes, update_if
from lambdas.common.keys import photo_key
from lambdas.common.times import to_text
from lambdas.ingest.gallery.index_photo import PhotoOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.ingest.gallery.index_photo import PhotoIndex


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choice: the number of the face in the picture with this `etag`, 0 for none of them."""

    case_id: str
    photo_id: str
    etag: str
    face: Annotated[int, msgspec.Meta(ge=0)]
    by: str


def choose_face(photos: PhotoIndex, choice: Choice) -> PhotoOutcome | None:
    """Record the choice, and give the photo the chosen face.

    Return None if the picture has changed since the person saw it, has no such face, or is just being indexed.
    Idempotent.

    Raises:
        LeaseBusyError, LeaseLostError, AmbiguousIndexError, ClientError: as `PhotoIndex.reconcile`. Choose again.
    """
    leases = photos.leases
    at = leases.now()
    if not _record(leases.dynamodb, leases.table, choice, at):
        return None
    outcome = photos.reconcile(photo_key(choice.case_id, choice.photo_id))
    if outcome is PhotoOutcome.INDEXED:
        note_new_face(leases.dynamodb, table=leases.table, at=at)
    return outcome


def _record(dynamodb: DynamoDBClient, table: str, choice: Choice, at: datetime) -> bool:
    record = read_photo(dynamodb, table=table, case_id=choice.case_id, photo_id=choice.photo_id)
    several = several_of(record or {}, choice.etag)
    if several is None or choice.face > len(several.boxes):
        return False
    values = {":etag": choice.etag, ":face": choice.face, ":by": choice.by, ":at": to_text(at)}
    updated = update_if(
        dynamodb,
        TableName=table,
        Key=record_key(choice.case_id, photo_record(choice.photo_id)),
        UpdateExpression="SET several.chosen = :face, several.#by = :by, several.#at = :at",
        ConditionExpression="several.etag = :etag AND attribute_not_exists(lease_owner)",
        ExpressionAttributeNames={"#by": "by", "#at": "at"},
        ExpressionAttributeValues=to_attributes(values),
    )
    return updated is not None
