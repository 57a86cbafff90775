"""DynamoDB tables in memory with sorted indexes, for benchmarks of code that reads them.

Unlike moto and the local cloud, which look at every item for a query, this finds the first one by bisection, as
DynamoDB does. It has only what the console's pages ask for, and counts the items that a query examines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = dict[str, Any]


class IndexedTables:
    """Tables by name. `keys` gives partition and sort key of each table and, as TABLE/INDEX, of each index."""

    def __init__(self, keys: dict[str, tuple[str, str | None]]) -> None:
        self.keys = keys
        self.examined = 0
        self._items: dict[str, dict[tuple[Any, ...], Item]] = defaultdict(dict)
        self._sorted: dict[str, dict[Any, list[tuple[Any, str, Item]]]] = {}

    def load(self, table: str, items: Iterable[Item]) -> None:
        """Fill a table with typed items, and sort its indexes."""
        partition, sort = self.keys[table]
        for item in items:
            plain = from_attributes({name: item[name] for name in (partition, sort) if name})
            self._items[table][tuple(plain.values())] = item
        for name in (each for each in self.keys if each.partition("/")[0] == table):
            self._sorted[name] = self._sort(name)

    def get_item(self, *, TableName: str, Key: Item, **_: Any) -> Item:  # noqa: N803 - boto3's names
        """Return an item by its key."""
        item = self._items[TableName].get(tuple(from_attributes(Key).values()))
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Item:  # noqa: N803 - boto3's names
        """Return items by their keys."""
        responses = {
            table: [each["Item"] for key in asked["Keys"] if (each := self.get_item(TableName=table, Key=key))]
            for table, asked in RequestItems.items()
        }
        return {"Responses": responses, "UnprocessedKeys": {}}

    def update_item(self, **_: Any) -> Item:
        """Answer as for the second look of some minutes, which writes no audit record."""
        return {"Attributes": {"attempts": to_attribute(2)}}

    def scan(self, *, TableName: str, **_: Any) -> Item:  # noqa: N803 - boto3's names
        """Return all items of a table."""
        return {"Items": list(self._items[TableName].values())}

    def query(self, **request: Any) -> Item:
        """Return a page of a partition, from the start key on, in the order of the sort key."""
        name = "/".join(filter(None, (request["TableName"], request.get("IndexName"))))
        values = from_attributes(request["ExpressionAttributeValues"])
        entries = self._sorted[name].get(next(iter(values.values())), [])
        forward, limit = request.get("ScanIndexForward", True), request.get("Limit", len(entries))
        start = self._start(name, entries, request.get("ExclusiveStartKey"), forward=forward)
        found = entries[start : start + limit] if forward else entries[max(0, start - limit) : start][::-1]
        self.examined += len(found)
        has_more = start + limit < len(entries) if forward else start - limit > 0
        answer: Item = {"Items": [item for *_, item in found], "Count": len(found), "ScannedCount": len(found)}
        return {**answer, "LastEvaluatedKey": self._key(name, found[-1][2])} if found and has_more else answer

    def get_paginator(self, operation: str) -> _Pages:
        """Return the pages of an operation: one."""
        return _Pages(self, operation)

    def _start(self, name: str, entries: list[Any], key: Item | None, *, forward: bool) -> int:
        if key is None:
            return 0 if forward else len(entries)
        position = self._position(name, key)
        return bisect_right(entries, position, key=_place) if forward else bisect_left(entries, position, key=_place)

    def _sort(self, name: str) -> dict[Any, list[tuple[Any, str, Item]]]:
        partitions: dict[Any, list[tuple[Any, str, Item]]] = defaultdict(list)
        partition, sort = self.keys[name]
        for item in self._items[name.partition("/")[0]].values():
            if partition in item and (sort is None or sort in item):
                partitions[from_attributes({"p": item[partition]})["p"]].append((*self._position(name, item), item))
        for entries in partitions.values():
            entries.sort(key=_place)
        return partitions

    def _position(self, name: str, item: Item) -> tuple[Any, str]:
        sort, own = self.keys[name][1], self.keys[name.partition("/")[0]]
        plain = from_attributes({key: item[key] for key in (sort, *own) if key})
        return (plain[sort] if sort else ""), "|".join(str(plain[key]) for key in own if key)

    def _key(self, name: str, item: Item) -> Item:
        names = {*self.keys[name], *self.keys[name.partition("/")[0]]} - {None}
        return {each: item[each] for each in names if each}


class _Pages:
    def __init__(self, tables: IndexedTables, operation: str) -> None:
        self.tables, self.operation = tables, operation

    def paginate(self, **request: Any) -> Iterator[Item]:
        yield getattr(self.tables, self.operation)(**request)


def _place(entry: tuple[Any, ...]) -> tuple[Any, str]:
    return entry[0], entry[1]
