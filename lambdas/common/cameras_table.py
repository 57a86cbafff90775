"""Reading the cameras table: where a camera stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.dynamodb import Item, from_attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def read_site(dynamodb: DynamoDBClient, *, table: str, camera: str) -> str:
    """The camera's site in the words that an alert uses; its own name where nobody said any."""
    attributes = dynamodb.get_item(TableName=table, Key={"camera": {"S": camera}}).get("Item", {})
    return site_of(from_attributes(attributes), camera)


def site_of(item: Item, camera: str) -> str:
    """The same of the camera's plain values, which may be none."""
    return str(item.get("site", camera))
