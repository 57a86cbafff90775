"""Whether the gallery has faces that earlier captures were never held against: one record of the cases table.

A function that dies between indexing a photo and noting it leaves no note; the next new face makes that good, since
every held capture is searched again then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_KEY: dict[str, Any] = {"case_id": {"S": "gallery"}, "record": {"S": "news"}}


def note_new_face(dynamodb: DynamoDBClient, *, table: str, at: datetime) -> None:
    """Write down when the gallery got its last face."""
    _set(dynamodb, table, "last_face_at", at)


def note_retrospective(dynamodb: DynamoDBClient, *, table: str, began: datetime) -> None:
    """Write down that the held captures were searched again, and when that began."""
    _set(dynamodb, table, "retrospective_at", began)


def is_retrospective_due(dynamodb: DynamoDBClient, *, table: str) -> bool:
    """Whether the gallery got a face since the held captures were last searched again."""
    item = from_attributes(dynamodb.get_item(TableName=table, Key=_KEY, ConsistentRead=True).get("Item", {}))
    return str(item.get("last_face_at", "")) > str(item.get("retrospective_at", ""))


def _set(dynamodb: DynamoDBClient, table: str, attribute: str, at: datetime) -> None:
    dynamodb.update_item(
        TableName=table,
        Key=_KEY,
        UpdateExpression="SET #attribute = :at",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues=to_attributes({":at": to_text(at)}),
    )
