"""What is known of each feed: the validators of its last whole reading, and the pictures that were dealt with.

The feeds table has keys `feed` and `record`: `validators`, and for each picture `image#CAPTURE_ID`, which says no more
than when it may be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

# An entry that was published longer ago is not read, so that nothing is forgotten that may come again.
REMEMBERED = timedelta(days=90)
_MARGIN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The records of one feed."""

    dynamodb: DynamoDBClient
    table: str
    feed: str
    now: Callable[[], datetime]

    def validators(self) -> dict[str, str]:
        """ETag and Last-Modified of the feed when all of it had been dealt with; empty at first."""
        return dict(self._get("validators").get("values", {}))

    def remember_validators(self, values: Mapping[str, str]) -> None:
        """Nothing of the feed is left to do until these change."""
        self._put("validators", values=dict(values))

    def has(self, capture_id: str) -> bool:
        """Whether the picture was dealt with."""
        return bool(self._get(f"image#{capture_id}"))

    def add(self, capture_id: str, *, dated: bool) -> None:
        """The picture was dealt with: submitted, or found to be of no use. Without a date it is never forgotten."""
        expires_at = int((self.now() + REMEMBERED + _MARGIN).timestamp()) if dated else None
        self._put(f"image#{capture_id}", expires_at=expires_at)

    def _get(self, record: str) -> dict[str, Any]:
        key = to_attributes({"feed": self.feed, "record": record})
        return from_attributes(
            self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        )

    def _put(self, record: str, **values: Any) -> None:
        item = to_attributes({"feed": self.feed, "record": record, **values})
        self.dynamodb.put_item(TableName=self.table, Item=item)
