"""A place in the fleet that an operator reserved for a camera: taken once, by the right device, before it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import is_condition_failure, to_attributes
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


def reserve(
    dynamodb: DynamoDBClient, *, table: str, camera: str, site: str, serial_number: str, until: datetime, now: datetime
) -> None:
    """Let the device of this serial number become this camera, once, until then; an earlier reservation is replaced."""
    item = {
        "camera": camera,
        "site": site,
        "serial_number": serial_number,
        "claim_until": to_text(until),
        "added_at": to_text(now),
    }
    dynamodb.put_item(TableName=table, Item=to_attributes(item))


def take(dynamodb: DynamoDBClient, *, table: str, camera: str, serial_number: str, now: datetime) -> bool:
    """Whether the device may become the camera; if so, nobody else may any more."""
    try:
        dynamodb.update_item(
            TableName=table,
            Key=to_attributes({"camera": camera}),
            UpdateExpression="SET claimed_at = :now",
            ConditionExpression="serial_number = :serial AND claim_until > :now AND attribute_not_exists(claimed_at)",
            ExpressionAttributeValues=to_attributes({":serial": serial_number, ":now": to_text(now)}),
        )
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True
