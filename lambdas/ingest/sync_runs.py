"""One sync of a source at a time: who is at it, and how the last one ended."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

# Longer than a case with all its photos takes at the slowest, so that a run that is alive never loses its lease.
_LEASED_FOR = timedelta(minutes=30)


class SyncRunningError(RuntimeError):
    """Another sync of this source is running; the text says whose and since when."""


@dataclass(frozen=True, kw_only=True)
class SyncRuns:
    """The record `case_id` = sync:SOURCE, `record` = run of the cases table."""

    dynamodb: DynamoDBClient
    table: str
    now: Callable[[], datetime]

    def begin(self, source: str, owner: str) -> None:
        """Take the source for this run; a run that already has it, or whose process is dead, does not stand in the way.

        Raises:
            SyncRunningError: another run has it.
        """
        held = self._read(source)
        is_free = _is_dead_process(held.get("owner", ""))
        now = to_text(self.now())
        values = {":owner": owner, ":until": self._until(), ":now": now, ":held": held.get("owner", "")}
        condition = "attribute_not_exists(lease_until) OR lease_until < :now OR #owner = :owner"
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(source),
                UpdateExpression="SET #owner = :owner, lease_until = :until, started_at = :now REMOVE unfetched",
                ConditionExpression=f"{condition} OR #owner = :held" if is_free else condition,
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues=to_attributes(values if is_free else _without(values, ":held")),
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise SyncRunningError(
                    f"a sync of {source} is running since {held.get('started_at')} ({held.get('owner')}); "
                    f"if that run is dead, this one may start after {held.get('lease_until')}"
                ) from error
            raise

    def renew(self, source: str, owner: str) -> None:
        """Keep the source for longer.

        Raises:
            SyncRunningError: another run has it now.
        """
        self._change(source, owner, "SET lease_until = :until", {":until": self._until()})

    def add_unfetched(self, source: str, owner: str, case_ids: set[str]) -> None:
        """Remember cases that the run could not fetch; naming one again, as a retried batch does, counts it once.

        Raises:
            SyncRunningError: another run has the source now.
        """
        if case_ids:
            self._change(source, owner, "ADD unfetched :case_ids", {":case_ids": case_ids})

    def unfetched(self, source: str) -> set[str]:
        """The cases that this run, or else the last one, noted as unfetched."""
        noted: set[str] = self._read(source).get("unfetched", set())
        return noted

    def end(self, source: str, owner: str, report: Any) -> None:
        """Let go of the source and keep the report.

        Raises:
            SyncRunningError: another run has it now.
        """
        values = {":report": msgspec.json.encode(report).decode(), ":now": to_text(self.now())}
        self._change(source, owner, "SET report = :report, ended_at = :now REMOVE lease_until, #owner", values)

    def last_report(self, source: str) -> dict[str, Any] | None:
        """How the last sync of the source ended, and when."""
        item = self._read(source)
        if "report" not in item:
            return None
        return {**msgspec.json.decode(item["report"]), "ended_at": item["ended_at"]}

    def _change(self, source: str, owner: str, update: str, values: dict[str, Any]) -> None:
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(source),
                UpdateExpression=update,
                ConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues=to_attributes(values | {":owner": owner}),
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise SyncRunningError(f"another sync of {source} has begun") from error
            raise

    def _read(self, source: str) -> dict[str, Any]:
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(source), ConsistentRead=True)
        return from_attributes(answer.get("Item", {}))

    def _until(self) -> str:
        return to_text(self.now() + _LEASED_FOR)


def this_process() -> str:
    """An owner that another process on this machine can find dead."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _is_dead_process(owner: str) -> bool:
    """Whether the owner was a process of this machine that is no more, so that nobody has to wait for its lease."""
    words = owner.split(" ")
    if len(words) != 4 or words[0] != "process" or words[3] != socket.gethostname() or not words[1].isdecimal():
        return False
    with suppress(PermissionError):  # it is there, and somebody else's
        try:
            os.kill(int(words[1]), 0)
        except ProcessLookupError:
            return True
    return False


def _key(source: str) -> dict[str, Any]:
    return to_attributes({"case_id": f"sync:{source}", "record": "run"})


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
