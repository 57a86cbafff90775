"""Convert DynamoDB items to plain values and back, and make conditional writes.

Plain numbers are int or float; Decimal stays inside this module.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = dict[str, Any]

_ATTEMPTS = 12
_MAX_READ = 100  # keys in one BatchGetItem
_LEAST = 1e-130


class IncompleteReadError(RuntimeError):
    """A throttled table returned only some of the items."""


_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_attributes(values: Mapping[str, Any]) -> Item:
    """Convert plain values to typed attributes, without None and empty sets, which DynamoDB refuses."""
    return {name: to_attribute(value) for name, value in values.items() if value is not None and value != set()}


def to_attribute(value: Any) -> dict[str, Any]:
    """Convert a plain value to a typed attribute."""
    return dict(_serializer.serialize(_without_floats(value)))


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """Convert typed attributes of a client or a stream to plain values."""
    return {name: _without_decimals(_deserializer.deserialize(value)) for name, value in attributes.items()}


def is_condition_failure(error: ClientError) -> bool:
    """Tell whether a write failed its condition, alone or inside a transaction."""
    return "ConditionalCheckFailed" in _reasons(error)


def retry_conflicts(write: Callable[..., T], *, pause: Callable[[float], None] = time.sleep, **request: Any) -> T:
    """Make a write, and retry it while another transaction holds its items.

    Raises:
        ClientError: the write failed otherwise, or the last attempt found the items held.
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
    """Return the random backoff after this attempt (0 is the first)."""
    return random.uniform(0, 0.02 * 2 ** min(attempt, 5))  # noqa: S311 - spreads retries, no secret


def read_many(
    dynamodb: DynamoDBClient, keys: Mapping[str, list[Item]], *, pause: Callable[[float], None] = time.sleep
) -> dict[str, list[Item]]:
    """Read items by table and typed key, strongly consistent, 100 in a request. Missing items are left out.

    Raises:
        IncompleteReadError: some items were still unprocessed after the last attempt.
    """
    found: dict[str, list[Item]] = {table: [] for table in keys}
    wanted = [(table, key) for table, of_table in keys.items() for key in of_table]
    for start in range(0, len(wanted), _MAX_READ):
        asked: dict[str, Any] = {}
        for table, key in wanted[start : start + _MAX_READ]:
            asked.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        for table, items in _read_batch(dynamodb, asked, pause):
            found[table] += [from_attributes(item) for item in items]
    return found


def _read_batch(
    dynamodb: DynamoDBClient, asked: Any, pause: Callable[[float], None]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for attempt in range(_ATTEMPTS):
        answer = dynamodb.batch_get_item(RequestItems=asked)
        yield from answer["Responses"].items()
        asked = answer["UnprocessedKeys"]
        if not asked:
            return
        pause(backoff_s(attempt))
    raise IncompleteReadError(f"DynamoDB did not return all items of {', '.join(asked)} in {_ATTEMPTS} attempts")


def update_if(dynamodb: DynamoDBClient, **request: Any) -> Item | None:
    """Update an item if its condition holds. Return the requested attributes, or None if it fails."""
    try:
        answer = retry_conflicts(dynamodb.update_item, **request)
    except ClientError as error:
        if is_condition_failure(error):
            return None
        raise
    return from_attributes(answer.get("Attributes", {}))


def transact(dynamodb: DynamoDBClient, *writes: dict[str, Any]) -> bool:
    """Make all writes or none; False if the condition of one fails."""
    try:
        retry_conflicts(dynamodb.transact_write_items, TransactItems=writes)
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
        # DynamoDB stores 99.0 as 99, and refuses what is nearer to zero.
        is_whole = value.is_integer() or abs(value) < _LEAST
        return int(value) if is_whole else Decimal(repr(value))
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
