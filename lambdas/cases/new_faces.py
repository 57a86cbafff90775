"""Record, in the cases table, whether the gallery got faces since somebody last looked at all of them.

If a function dies after indexing a photo and before the record, the next new face makes up for it: every reader covers
all faces.
"""

from __future__ import annotations

from enum import StrEnum
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


class Reader(StrEnum):
    """Who looks at all faces when there are new ones. The value is the attribute with the time of the last run."""

    RETROSPECTIVE = "retrospective_at"
    NEAR_CASES = "near_cases_at"


def note_run(dynamodb: DynamoDBClient, reader: Reader, *, table: str, began: datetime) -> None:
    """Record when a complete run of the reader began."""
    _set(dynamodb, table, reader.value, began)


def is_due(dynamodb: DynamoDBClient, reader: Reader, *, table: str) -> bool:
    """Tell whether the gallery got a face since the reader's last complete run began."""
    item = from_attributes(dynamodb.get_item(TableName=table, Key=_KEY, ConsistentRead=True).get("Item", {}))
    return str(item.get("last_face_at", "")) > str(item.get(reader.value, ""))


def _set(dynamodb: DynamoDBClient, table: str, attribute: str, at: datetime) -> None:
    dynamodb.update_item(
        TableName=table,
        Key=_KEY,
        UpdateExpression="SET #attribute = :at",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues=to_attributes({":at": to_text(at)}),
    )
