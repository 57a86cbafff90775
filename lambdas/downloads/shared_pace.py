"""A rate limit that all workers share: a record of the cases table assigns the slots."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient


# A queue longer than the number of workers means that a worker's clock was wrong. The pace then starts anew.
_MAX_QUEUE = 1_000


@dataclass(frozen=True, kw_only=True)
class SharedPace:
    """A token bucket of size one, named `rekognition` or after a source. Its record has `case_id` = pace:NAME.

    Each slot takes one conditional write that moves `next_ms` on by one interval (generic cell rate algorithm, ITU-T
    I.371), so no two workers get the same slot. Times are milliseconds since 1970.
    """

    dynamodb: DynamoDBClient
    table: str
    name: str
    per_second: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, min_interval_s: float = 0.0) -> None:
        """Reserve the next free slot and sleep until it starts."""
        now = self.clock() * 1000
        slot = self._next_slot(now, 1000 * max(1 / self.per_second, min_interval_s))
        if slot > now:
            self.sleep((slot - now) / 1000)

    def _next_slot(self, now: float, interval: float) -> float:
        """Reserve the slot after the last one, or the current time if the bucket is idle."""
        while True:
            taken = self._move("next_ms + :interval", "next_ms BETWEEN :now AND :far", now, interval)
            if taken is None:
                idle = "attribute_not_exists(next_ms) OR NOT next_ms BETWEEN :now AND :far"
                taken = self._move(":now + :interval", idle, now, interval)
            if taken is not None:
                return taken - interval

    def _move(self, following: str, condition: str, now: float, interval: float) -> float | None:
        """Move `next_ms` on and return its new value, or None if the condition does not hold."""
        key: dict[str, Any] = to_attributes({"case_id": f"pace:{self.name}", "record": "pace"})
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=key,
                UpdateExpression=f"SET next_ms = {following}",
                ConditionExpression=condition,
                ExpressionAttributeValues=to_attributes(
                    {":now": now, ":interval": interval, ":far": now + _MAX_QUEUE * interval}
                ),
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as error:
            if is_condition_failure(error):
                return None
            raise
        return float(from_attributes(answer["Attributes"])["next_ms"])
