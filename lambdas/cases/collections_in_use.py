"""Which face collection is searched, and which others are kept in step with it.

The cases table has one record for this, `case_id` = gallery, `record` = collection. Its `active` is what searches use,
so that a rebuilt collection takes over with one write; `building` is on its way to become it, and `previous` was it
before and can be again. Without the record the collection of the deployment is the only one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

_REMEMBERED = timedelta(seconds=5)
POINTER_KEY: dict[str, Any] = {"case_id": {"S": "gallery"}, "record": {"S": "collection"}}


@dataclass(frozen=True, kw_only=True)
class CollectionsInUse:
    """Names of collections."""

    active: str
    building: str | None = None
    previous: str | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """Every collection that each photo must have its face in, the active one first."""
        return tuple(name for name in (self.active, self.building, self.previous) if name is not None)


def read_collections_in_use(dynamodb: DynamoDBClient, *, table: str, deployed: str) -> CollectionsInUse:
    """The record, strongly consistent; `deployed` is the collection that the deployment made."""
    attributes = dynamodb.get_item(TableName=table, Key=POINTER_KEY, ConsistentRead=True).get("Item")
    if attributes is None:
        return CollectionsInUse(active=deployed)
    item = from_attributes(attributes)
    return CollectionsInUse(active=item["active"], building=item.get("building"), previous=item.get("previous"))


@dataclass(kw_only=True)
class CollectionToSearch:
    """The active collection, for those who search all the time: read again when what was read is 5 seconds old.

    Until then the one that it took over from is searched, which is kept in step as its `previous`.
    """

    dynamodb: DynamoDBClient
    table: str
    deployed: str
    now: Callable[[], datetime]
    _name: str = ""
    _read_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def name(self) -> str:
        """The collection's name."""
        now = self.now()
        if not timedelta() <= now - self._read_at < _REMEMBERED:
            self._name = read_collections_in_use(self.dynamodb, table=self.table, deployed=self.deployed).active
            self._read_at = now
        return self._name
