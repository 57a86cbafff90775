"""A token bucket that all workers share: one record of the cases table hands out the slots."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient


# More slots ahead than there can be workers: somebody's clock was wrong, and nobody must wait for that.
_LONGEST_QUEUE = 1_000


@dataclass(frozen=True, kw_only=True)
class SharedPace:
    """A bucket of one token, by name: `rekognition`, or that of a source. The record is `case_id` = pace:NAME.

    Every slot is one write, the next free instant moved on by one interval (generic cell rate algorithm, ITU-T I.371),
    so that however many workers there are, no two get the same slot. Instants are milliseconds since 1970.
    """

    dynamodb: DynamoDBClient
    table: str
    name: str
    per_second: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self) -> None:
        """Take the next free slot and sleep until it comes."""
        now = self.clock() * 1000
        slot = self._next_slot(now)
        if slot > now:
            self.sleep((slot - now) / 1000)

    def _next_slot(self, now: float) -> float:
        """The slot after the last one that was taken, or this instant if the bucket was idle."""
        interval = 1000 / self.per_second
        while True:
            taken = self._move("next_ms + :interval", "next_ms BETWEEN :now AND :far", now, interval)
            if taken is None:
                idle = "attribute_not_exists(next_ms) OR NOT next_ms BETWEEN :now AND :far"
                taken = self._move(":now + :interval", idle, now, interval)
            if taken is not None:
                return taken - interval

    def _move(self, following: str, condition: str, now: float, interval: float) -> float | None:
        """The instant that the record is moved to; None where its condition does not hold."""
        key: dict[str, Any] = to_attributes({"case_id": f"pace:{self.name}", "record": "pace"})
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=key,
                UpdateExpression=f"SET next_ms = {following}",
                ConditionExpression=condition,
                ExpressionAttributeValues=to_attributes(
                    {":now": now, ":interval": interval, ":far": now + _LONGEST_QUEUE * interval}
                ),
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as error:
            if is_condition_failure(error):
                return None
            raise
        return float(from_attributes(answer["Attributes"])["next_ms"])
