"""Find the camera that a thing is, so that only registered cameras make captures.

What a message's payload says about its camera never counts. What counts is what AWS IoT says: the thing in the topic
and the client id of the connection.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lambdas.common.camera_names import is_camera_name
from lambdas.common.cameras_table import BY_THING_INDEX
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.things import camera_of_thing
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

_REREAD_S = 60
_MAX_THINGS = 1000  # a flood of unknown things must not fill the memory
_NOT_MQTT = "n/a"  # AWS IoT's client id of a message that was published over HTTPS


class RegisteredThings:
    """The things of one environment's cameras table, each read at most once a minute."""

    def __init__(
        self, dynamodb: DynamoDBClient, *, table: str, stage: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._dynamodb, self._table, self._stage, self._clock = dynamodb, table, stage, clock
        self._cached = lru_cache(maxsize=_MAX_THINGS)(lambda thing, _minute: self._entry(thing))

    def camera_of(self, thing: str, *, client_id: str) -> str | None:
        """Return the thing's camera. None if it has none, or if another client published on its topic.

        Raises:
            ClientError: DynamoDB did not answer. Nothing is known about the thing.
        """
        entry = self._cached(thing, int(self._clock() // _REREAD_S))
        if entry is None or not _may_send(entry):
            return None
        camera = str(entry["camera"])
        is_own = thing in (camera, entry.get("former_thing")) or camera_of_thing(self._stage, thing) == camera
        return camera if not is_own or _is_client_of(thing, client_id) else None

    def cached(self) -> int:
        """Count the things in memory."""
        return self._cached.cache_info().currsize

    def _entry(self, thing: str) -> dict[str, Any] | None:
        if not is_camera_name(thing):  # DynamoDB refuses an empty key
            return None
        return next((entry for entry in self._candidates(thing) if _is_of(entry, thing)), None)

    def _candidates(self, thing: str) -> Iterator[dict[str, Any]]:
        camera = camera_of_thing(self._stage, thing) or thing
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"camera": camera}), ConsistentRead=True
        )
        if "Item" in answer:
            yield from_attributes(answer["Item"])
        found = self._dynamodb.query(
            TableName=self._table,
            IndexName=BY_THING_INDEX,
            KeyConditionExpression="thing = :thing",
            ExpressionAttributeValues=to_attributes({":thing": thing}),
        )
        yield from map(from_attributes, found["Items"])


def _is_client_of(thing: str, client_id: str) -> bool:
    """Whether a camera can have this client id. Its policy allows the thing's name; a Greengrass core appends #1."""
    return client_id == thing or client_id.startswith(f"{thing}#") or client_id.lower() == _NOT_MQTT


def _is_of(entry: dict[str, Any], thing: str) -> bool:
    """Whether the entry is the thing's. In an entry from before `thing` existed, it is the camera's name."""
    return thing in (entry.get("thing", entry["camera"]), entry.get("former_thing"))


def _may_send(entry: dict[str, Any]) -> bool:
    """Whether the camera is neither revoked, nor reserved for a device that has not joined, nor of an ended probe."""
    is_reserved = "claim_until" in entry and "claimed_at" not in entry
    has_ended = entry.get("registered_until", "~") < to_text(now())
    return not ("revoked_at" in entry or is_reserved or has_ended)
