"""DynamoDB items to plain Python values and back: numbers as int or float, sets as sets, Decimal only in here."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

Item = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_attributes(values: Mapping[str, Any]) -> Item:
    """Plain values to typed attributes; members that are None or an empty set (which DynamoDB refuses) are left out."""
    return {name: to_attribute(value) for name, value in values.items() if value is not None and value != set()}


def to_attribute(value: Any) -> dict[str, Any]:
    """One plain value to a typed attribute."""
    return dict(_serializer.serialize(_without_floats(value)))


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """Typed attributes, as a client or a stream gives them, to plain values."""
    return {name: _without_decimals(_deserializer.deserialize(value)) for name, value in attributes.items()}


def is_condition_failure(error: ClientError) -> bool:
    """Whether a write was refused by its own condition, alone or inside a transaction."""
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        # A conflict with another transaction ends like a failed condition: the state has moved on, so read it again.
        codes = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        return bool(codes & {"ConditionalCheckFailed", "TransactionConflict"})
    return code in {"ConditionalCheckFailedException", "TransactionConflictException"}


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: _without_floats(member) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [_without_floats(member) for member in value]
    return value


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _without_decimals(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_without_decimals(member) for member in value]
    return value
