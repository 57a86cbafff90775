"""Record which of a photo's faces a person chose as the missing person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.table import photo_record, record_key
from lambdas.common.dynamodb import to_attributes, update_if
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.ingest.gallery.several_faces import SeveralFaces


def choose_face(
    dynamodb: DynamoDBClient,
    several: SeveralFaces,
    number: int,
    *,
    table: str,
    case_id: str,
    photo_id: str,
    by: str,
    at: datetime,
) -> bool:
    """Record the number of the face, 0 for none of them. `PhotoIndex.reconcile` then enrolls it.

    Return False if the picture has changed since `several` was read, or a worker is indexing it.
    """
    values = {":etag": several.etag, ":number": number, ":by": by, ":at": to_text(at)}
    updated = update_if(
        dynamodb,
        TableName=table,
        Key=record_key(case_id, photo_record(photo_id)),
        UpdateExpression="SET several.chosen = :number, several.#by = :by, several.#at = :at",
        ConditionExpression="several.etag = :etag AND attribute_not_exists(lease_owner)",
        ExpressionAttributeNames={"#by": "by", "#at": "at"},
        ExpressionAttributeValues=to_attributes(values),
    )
    return updated is not None
