"""DynamoDB items to plain Python values and back: numbers as int or float, sets as sets, Decimal only in here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = dict[str, Any]

_ATTEMPTS = 12


class UnansweredError(RuntimeError):
    """A table gave a part of what was asked for: it is throttled."""


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
    return "ConditionalCheckFailed" in _reasons(error)


def despite_conflicts(write: Callable[..., T], *, pause: Callable[[float], None] = time.sleep, **request: Any) -> T:
    """Make a write, and again while another transaction holds its items: that says nothing about its condition.

    Raises:
        ClientError: any other refusal; or that one, after the last of the attempts.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return write(**request)
        except ClientError as error:
            if attempt == _ATTEMPTS - 1 or "TransactionConflict" not in _reasons(error) or is_condition_failure(error):
                raise
        pause(backoff_s(attempt))
    raise AssertionError("the last attempt returns or raises")


def backoff_s(attempt: int) -> float:
    """How long to wait after this attempt (0 is the first), so that those who collided do not do so again."""
    return random.uniform(0, 0.02 * 2 ** min(attempt, 5))  # noqa: S311 - spreads retries, no secret


def read_many(
    dynamodb: DynamoDBClient, keys: Mapping[str, list[Item]], *, pause: Callable[[float], None] = time.sleep
) -> dict[str, list[Item]]:
    """Items by table, strongly consistent, in one request of up to 100 typed keys; what no key names is left out.

    Raises:
        UnansweredError: DynamoDB gave a part of them only, however often it was asked for the rest.
    """
    found: dict[str, list[Item]] = {table: [] for table in keys}
    asked: Any = {table: {"Keys": wanted, "ConsistentRead": True} for table, wanted in keys.items() if wanted}
    for attempt in range(_ATTEMPTS):
        answer = dynamodb.batch_get_item(RequestItems=asked)
        for table, items in answer["Responses"].items():
            found[table] += [from_attributes(item) for item in items]
        asked = answer["UnprocessedKeys"]
        if not asked:
            return found
        pause(backoff_s(attempt))
    raise UnansweredError(f"DynamoDB did not give all items of {', '.join(asked)} in {_ATTEMPTS} attempts")


def update_if(dynamodb: DynamoDBClient, **request: Any) -> Item | None:
    """Update an item on a condition: what the answer has of its attributes, or None where the condition fails."""
    try:
        answer = despite_conflicts(dynamodb.update_item, **request)
    except ClientError as error:
        if is_condition_failure(error):
            return None
        raise
    return from_attributes(answer.get("Attributes", {}))


def transact(dynamodb: DynamoDBClient, *writes: dict[str, Any]) -> bool:
    """Make all writes or none; False where a condition of one does not hold."""
    try:
        despite_conflicts(dynamodb.transact_write_items, TransactItems=writes)
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _reasons(error: ClientError) -> set[str]:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return {reason.get("Code", "") for reason in error.response.get("CancellationReasons", [])}
    return {code.removesuffix("Exception")}


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        # 99.0 as 99, the form in which DynamoDB keeps it.
        return int(value) if value.is_integer() else Decimal(repr(value))
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
