"""Reading the cameras table: where a camera stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def read_site(dynamodb: DynamoDBClient, *, table: str, camera: str) -> str:
    """The camera's site in the words that an alert uses; its own name where nobody said any."""
    item = dynamodb.get_item(TableName=table, Key={"camera": {"S": camera}}).get("Item", {})
    return item["site"]["S"] if "site" in item else camera
