"""Remember what was read of each feed: its validators, and the images that are done.

The feeds table has the keys `feed` and `record`. The record `validators` has the HTTP validators; each record
`image#CAPTURE_ID` marks an image as done and only has its expiry.
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

# The reader ignores older entries, so the record of an image may expire after this time and a margin.
MAX_AGE = timedelta(days=90)
_MARGIN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The records of one feed."""

    dynamodb: DynamoDBClient
    table: str
    feed: str
    now: Callable[[], datetime]

    def validators(self) -> dict[str, str]:
        """Return ETag and Last-Modified of the last feed whose images are all done; empty at first."""
        return dict(self._get("validators").get("values", {}))

    def remember_validators(self, values: Mapping[str, str]) -> None:
        """Mark the feed as done until these change."""
        self._put("validators", values=dict(values))

    def has(self, capture_id: str) -> bool:
        """Tell whether the image is done."""
        return bool(self._get(f"image#{capture_id}"))

    def add(self, capture_id: str, *, dated: bool) -> None:
        """Mark an image as done, submitted or unusable. The record never expires if its entry has no credible date."""
        expires_at = int((self.now() + MAX_AGE + _MARGIN).timestamp()) if dated else None
        self._put(f"image#{capture_id}", expires_at=expires_at)

    def _get(self, record: str) -> dict[str, Any]:
        key = to_attributes({"feed": self.feed, "record": record})
        return from_attributes(
            self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        )

    def _put(self, record: str, **values: Any) -> None:
        item = to_attributes({"feed": self.feed, "record": record, **values})
        self.dynamodb.put_item(TableName=self.table, Item=item)
