"""Camera reservations. An operator reserves a camera name for a device, which claims it once before it expires."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

LOCKED = "too many wrong serial numbers; the claim certificate can try again later"
_MAX_GUESSES = 5
_PERIOD = timedelta(minutes=15)


def reserve(
    dynamodb: DynamoDBClient, *, table: str, camera: str, site: str, serial_number: str, until: datetime, now: datetime
) -> bool:
    """Reserve the name for the device with this serial number; False if a camera has the name already.

    Replaces an earlier reservation that no device has claimed.
    """
    item = {
        "camera": camera,
        "site": single_line(site),
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
    """Tell whether an entry of the table is an unclaimed reservation, which `reserve` may replace."""
    return "claim_until" in entry and "claimed_at" not in entry


def claim(
    dynamodb: DynamoDBClient,
    *,
    table: str,
    camera: str,
    thing: str,
    serial_number: str,
    certificate: str,
    claim_certificate: str = "",
    now: datetime,
) -> str | None:
    """Claim the reservation for the device; return the reason if it is refused, otherwise None.

    `thing` is the name of the camera's thing, which AWS IoT creates next. `claim_certificate` is what the device
    presented. After some wrong serial numbers it is locked out of this reservation for a while; the devices of other
    claim certificates are not.

    Idempotent for the same certificate, because MQTT may deliver a device's request twice.
    """
    try:
        dynamodb.update_item(
            TableName=table,
            Key=to_attributes({"camera": camera}),
            UpdateExpression="SET claimed_at = :now, claimed_with = :certificate, thing = :thing",
            ConditionExpression="serial_number = :serial AND claim_until > :now "
            "AND (attribute_not_exists(claimed_at) OR claimed_with = :certificate) "
            "AND (attribute_not_exists(#guesses) OR #guesses < :max OR #since <= :period)",
            ExpressionAttributeNames=_names(claim_certificate),
            ExpressionAttributeValues=to_attributes(
                {
                    ":serial": serial_number,
                    ":now": to_text(now),
                    ":certificate": certificate,
                    ":thing": thing,
                    ":max": _MAX_GUESSES,
                    ":period": to_text(now - _PERIOD),
                }
            ),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if is_condition_failure(error):
            found: Any = error.response.get("Item", {})  # botocore's type lacks it
            entry, names = from_attributes(found), _names(claim_certificate)
            is_locked = entry.get(names["#guesses"], 0) >= _MAX_GUESSES
            if is_locked and entry[names["#since"]] > to_text(now - _PERIOD):
                return LOCKED
            if is_free(entry) and entry["serial_number"] != serial_number:
                _count_guess(dynamodb, table, entry, names, now=now)
            return _reason(entry, serial_number, to_text(now))
        raise
    return None


def _names(claim_certificate: str) -> dict[str, str]:
    """Name the attributes that count the guesses of a claim certificate."""
    short = claim_certificate[:16] or "unknown"
    return {"#guesses": f"guesses_{short}", "#since": f"guesses_{short}_since"}


def _count_guess(
    dynamodb: DynamoDBClient, table: str, entry: dict[str, Any], names: dict[str, str], *, now: datetime
) -> None:
    """Count a wrong serial number; the first of a period begins to count anew."""
    is_over = entry.get(names["#since"], "") <= to_text(now - _PERIOD)
    update = "SET #guesses = :one, #since = :now" if is_over else "ADD #guesses :one"
    values = {":one": 1, ":now": to_text(now)} if is_over else {":one": 1}
    dynamodb.update_item(
        TableName=table,
        Key=to_attributes({"camera": entry["camera"]}),
        UpdateExpression=update,
        ConditionExpression="attribute_exists(claim_until)",
        ExpressionAttributeNames=names if is_over else {"#guesses": names["#guesses"]},
        ExpressionAttributeValues=to_attributes(values),
    )


def _reason(entry: dict[str, Any], serial_number: str, now: str) -> str:
    if "claim_until" not in entry:
        return "the camera is not reserved"
    if entry["serial_number"] != serial_number:
        return "the camera is reserved for another serial number"
    if entry["claim_until"] <= now:
        return "the reservation has expired"
    return "another device has claimed the camera"
