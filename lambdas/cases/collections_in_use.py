"""Read which face collection is searched, and which others are kept in sync with it.

The cases table has one record for this: `case_id` = gallery, `record` = collection. Searches use `active`, so that a
rebuilt collection takes over with one write. `building` will become active; `previous` was active and can be again.
Without the record, the deployment's collection is the only one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

_MAX_CACHE_AGE = timedelta(seconds=5)
POINTER_KEY: dict[str, Any] = {"case_id": {"S": "gallery"}, "record": {"S": "collection"}}


@dataclass(frozen=True, kw_only=True)
class CollectionsInUse:
    """Names of collections."""

    active: str
    building: str | None = None
    previous: str | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """All collections, each of which must hold every photo's face; the active one first."""
        return tuple(name for name in (self.active, self.building, self.previous) if name is not None)


def read_collections_in_use(dynamodb: DynamoDBClient, *, table: str, deployed: str) -> CollectionsInUse:
    """Read the record, strongly consistent. `deployed` is the deployment's collection, used without a record."""
    attributes = dynamodb.get_item(TableName=table, Key=POINTER_KEY, ConsistentRead=True).get("Item")
    if attributes is None:
        return CollectionsInUse(active=deployed)
    item = from_attributes(attributes)
    return CollectionsInUse(active=item["active"], building=item.get("building"), previous=item.get("previous"))


@dataclass(kw_only=True)
class CollectionToSearch:
    """Caches the name of the active collection for 5 seconds.

    A stale name is harmless: it is the `previous` collection, which is kept in sync.
    """

    dynamodb: DynamoDBClient
    table: str
    deployed: str
    now: Callable[[], datetime]
    _name: str = ""
    _read_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def name(self) -> str:
        """Return the name of the collection to search."""
        now = self.now()
        if not timedelta() <= now - self._read_at < _MAX_CACHE_AGE:
            self._name = read_collections_in_use(self.dynamodb, table=self.table, deployed=self.deployed).active
            self._read_at = now
        return self._name
