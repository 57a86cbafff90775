"""Read the site of a camera from the cameras table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.dynamodb import Item, from_attributes
from lambdas.common.outside_text import single_line

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_THING_INDEX = "by-thing"


def read_site(dynamodb: DynamoDBClient, *, table: str, camera: str) -> str:
    """Read the camera's site, or its name if the table has none."""
    attributes = dynamodb.get_item(TableName=table, Key={"camera": {"S": camera}}).get("Item", {})
    return site_of(from_attributes(attributes), camera)


def site_of(item: Item, camera: str) -> str:
    """Return the site from the item's plain values as one line, or the camera's name if there is none."""
    return single_line(str(item.get("site", ""))) or camera
