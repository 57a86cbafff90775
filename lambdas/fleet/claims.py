"""A place in the fleet that an operator reserved for a camera: taken once, by the right device, before it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


def reserve(
    dynamodb: DynamoDBClient, *, table: str, camera: str, site: str, serial_number: str, until: datetime, now: datetime
) -> bool:
    """Let the device of this serial number become this camera, once, until then.

    An earlier reservation that no device has used is replaced. Returns whether the name was free: that of a camera
    that is there is not, since a second device would have the same name.
    """
    item = {
        "camera": camera,
        "site": site,
        "serial_number": serial_number,
        "claim_until": to_text(until),
        "added_at": to_text(now),
    }
    try:
        dynamodb.put_item(
            TableName=table,
            Item=to_attributes(item),
            ConditionExpression="attribute_not_exists(camera) OR "
            "(attribute_exists(claim_until) AND attribute_not_exists(claimed_at))",
        )
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def is_free(entry: Mapping[str, Any]) -> bool:
    """Whether the entry is no more than a reservation that no device has used; what `reserve` asks of it."""
    return "claim_until" in entry and "claimed_at" not in entry


def take(
    dynamodb: DynamoDBClient, *, table: str, camera: str, serial_number: str, certificate: str, now: datetime
) -> str | None:
    """Make the device the camera, and nobody else any more; returns why it is refused, None if it is not.

    The same certificate may ask again: MQTT may deliver a device's request twice.
    """
    try:
        dynamodb.update_item(
            TableName=table,
            Key=to_attributes({"camera": camera}),
            UpdateExpression="SET claimed_at = :now, claimed_with = :certificate",
            ConditionExpression="serial_number = :serial AND claim_until > :now "
            "AND (attribute_not_exists(claimed_at) OR claimed_with = :certificate)",
            ExpressionAttributeValues=to_attributes(
                {":serial": serial_number, ":now": to_text(now), ":certificate": certificate}
            ),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if is_condition_failure(error):
            entry: Any = error.response.get("Item", {})  # botocore's type does not have it
            return _reason(from_attributes(entry), serial_number, to_text(now))
        raise
    return None


def _reason(entry: dict[str, Any], serial_number: str, now: str) -> str:
    if "claim_until" not in entry:
        return "no place is reserved for this camera"
    if entry["serial_number"] != serial_number:
        return "the place is reserved for another serial number"
    if entry["claim_until"] <= now:
        return "the reservation has expired"
    return "the place is taken"
