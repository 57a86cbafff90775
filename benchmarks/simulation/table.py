"""Simulates the cases table with DynamoDB's conditions. It is on disk, to not count as the workers' memory."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.cases.table import CASE_RECORD
from lambdas.common.dynamodb import from_attributes, to_attributes

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.simulation.virtual_time import VirtualTime

_REQUEST_S = 0.005
_NOT_EXISTS = re.compile(r"attribute_not_exists\((\S+)\)")
_BETWEEN = re.compile(r"(NOT )?(\S+) BETWEEN (\S+) AND (\S+)")
_COMPARISON = re.compile(r"(\S+) (=|<) (\S+)")


class CasesTable:
    """Supports the requests and expressions that the index-photo function uses."""

    def __init__(self, file: Path, time: VirtualTime) -> None:
        self._rows = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("CREATE TABLE items (key TEXT PRIMARY KEY, item BLOB) WITHOUT ROWID")
        self._time = time

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return an item. Every case is open."""
        self._time.sleep(_REQUEST_S)
        if request["Key"]["record"]["S"] == CASE_RECORD:
            return {"Item": {"status": {"S": "open"}}}
        item = self._read(request["Key"])
        return {"Item": to_attributes(item)} if item else {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Update an item; raises ClientError if the condition does not hold."""
        self._time.sleep(_REQUEST_S)
        before = self._read(request["Key"])
        self._check(request, before)
        after = {**from_attributes(request["Key"]), **before}
        expressions = _Expressions(request, before)
        setting, _, removing = request["UpdateExpression"].partition("REMOVE ")
        for assignment in re.findall(r"(\S+) = ([^,]+)", setting.removeprefix("SET ")):
            after[expressions.name(assignment[0])] = expressions.sum(assignment[1])
        for name in filter(None, removing.split(", ")):
            after.pop(expressions.name(name.strip()), None)
        self._rows.execute("REPLACE INTO items VALUES (?, ?)", (_key(request["Key"]), msgspec.msgpack.encode(after)))
        wanted = before if request.get("ReturnValues") == "ALL_OLD" else after
        return {"Attributes": to_attributes(wanted)} if wanted else {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        """Delete an item; raises ClientError if the condition does not hold."""
        self._time.sleep(_REQUEST_S)
        self._check(request, self._read(request["Key"]))
        self._rows.execute("DELETE FROM items WHERE key = ?", (_key(request["Key"]),))
        return {}

    def indexed(self) -> int:
        """Count the photos that are recorded as indexed."""
        items = (msgspec.msgpack.decode(row[0]) for row in self._rows.execute("SELECT item FROM items"))
        return sum(item.get("face_status") == "indexed" for item in items)

    def _check(self, request: dict[str, Any], item: dict[str, Any]) -> None:
        condition = request.get("ConditionExpression")
        if condition and not _Expressions(request, item).holds(condition):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "UpdateItem")

    def _read(self, key: dict[str, Any]) -> dict[str, Any]:
        row = self._rows.execute("SELECT item FROM items WHERE key = ?", (_key(key),)).fetchone()
        return dict(msgspec.msgpack.decode(row[0])) if row else {}


class _Expressions:
    """Evaluates the expressions of one request for one item."""

    def __init__(self, request: dict[str, Any], item: dict[str, Any]) -> None:
        self._names = request.get("ExpressionAttributeNames", {})
        self._values = from_attributes(request.get("ExpressionAttributeValues", {}))
        self._item = item

    def name(self, word: str) -> str:
        return str(self._names.get(word, word))

    def sum(self, expression: str) -> Any:
        parts = [self._value(word) for word in expression.strip().split(" + ")]
        return parts[0] if len(parts) == 1 else sum(parts)

    def holds(self, condition: str) -> bool:
        return any(self._clause(clause) for clause in condition.split(" OR "))

    def _clause(self, clause: str) -> bool:
        if match := _NOT_EXISTS.fullmatch(clause):
            return self._value(match[1]) is None
        if match := _BETWEEN.fullmatch(clause):
            value = self._value(match[2])
            inside = value is not None and self._value(match[3]) <= value <= self._value(match[4])
            return inside != bool(match[1])
        match = _COMPARISON.fullmatch(clause)
        if match is None:
            raise ValueError(
                f"the simulation does not support the condition {clause!r}. Add it to benchmarks/simulation/table.py"
            )
        left, right = self._value(match[1]), self._value(match[3])
        return left is not None and (left == right if match[2] == "=" else left < right)

    def _value(self, word: str) -> Any:
        return self._values[word] if word.startswith(":") else self._item.get(self.name(word))


def _key(key: dict[str, Any]) -> str:
    return f"{key['case_id']['S']} {key['record']['S']}"
