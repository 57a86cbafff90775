"""Record, in the cases table, whether the gallery got faces since the last retrospective search.

If a function dies after indexing a photo and before the record, the next new face makes up for it: a retrospective
search covers every kept capture and every face.
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
    """Record when the gallery got its last face."""
    _set(dynamodb, table, "last_face_at", at)


def note_retrospective(dynamodb: DynamoDBClient, *, table: str, began: datetime) -> None:
    """Record when a retrospective search began."""
    _set(dynamodb, table, "retrospective_at", began)


def is_retrospective_due(dynamodb: DynamoDBClient, *, table: str) -> bool:
    """Tell whether the gallery got a face since the last retrospective search began."""
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
