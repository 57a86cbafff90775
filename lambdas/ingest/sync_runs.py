"""A lease on a source, so that only one sync of it runs at a time, and the report of the last run."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.table import sync_run_key
from lambdas.common.dynamodb import from_attributes, to_attributes, update_if
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

# Longer than the slowest case with all its photos, so that a live run never loses its lease.
_LEASE_DURATION = timedelta(minutes=30)


class SyncRunningError(RuntimeError):
    """Another sync of this source is running. The text names its owner and its start."""


@dataclass(frozen=True, kw_only=True)
class SyncRuns:
    """The runs of syncs: the records of the cases table with `case_id` = sync:SOURCE and `record` = run."""

    dynamodb: DynamoDBClient
    table: str
    now: Callable[[], datetime]

    def begin(self, source: str, owner: str) -> None:
        """Take the lease on the source. A retry of the same run, or a run whose process died, does not block it.

        Raises:
            SyncRunningError: another run holds the source.
        """
        held = self._read(source)
        values = {":owner": owner, ":until": self._until(), ":now": to_text(self.now())}
        condition = "attribute_not_exists(lease_until) OR lease_until < :now OR #owner = :owner"
        if _is_dead_process(held.get("owner", "")):
            condition, values = f"{condition} OR #owner = :held", values | {":held": held["owner"]}
        begun = update_if(
            self.dynamodb,
            TableName=self.table,
            Key=sync_run_key(source),
            UpdateExpression="SET #owner = :owner, lease_until = :until, started_at = :now REMOVE unfetched, why",
            ConditionExpression=condition,
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=to_attributes(values),
        )
        if begun is None:
            raise SyncRunningError(
                f"a sync of {source} is running since {held.get('started_at')} ({held.get('owner')}); "
                f"if that run is dead, start again after {held.get('lease_until')}"
            )

    def renew(self, source: str, owner: str) -> None:
        """Extend the lease on the source.

        Raises:
            SyncRunningError: another run holds the source now.
        """
        self._change(source, owner, "SET lease_until = :until", {":until": self._until()})

    def add_unfetched(self, source: str, owner: str, case_ids: set[str]) -> None:
        """Record cases that the run failed to fetch. Idempotent, because the state machine may retry a batch.

        Raises:
            SyncRunningError: another run holds the source now.
        """
        if case_ids:
            self._change(source, owner, "ADD unfetched :case_ids", {":case_ids": case_ids})

    def keep_reason(self, source: str, owner: str, reason: str) -> None:
        """Record why a batch of the run failed. The first reason of a run counts.

        Raises:
            SyncRunningError: another run holds the source now.
        """
        self._change(source, owner, "SET why = if_not_exists(why, :reason)", {":reason": reason})

    def kept_reason(self, source: str, owner: str) -> str | None:
        """Return why a batch of this run failed, if one did."""
        item = self._read(source)
        return item.get("why") if item.get("owner") == owner else None

    def unfetched(self, source: str) -> set[str]:
        """Return the cases that the current run, or else the last one, failed to fetch."""
        case_ids: set[str] = self._read(source).get("unfetched", set())
        return case_ids

    def started_at(self, source: str) -> str:
        """Return when the current run, or else the last one, began."""
        return str(self._read(source)["started_at"])

    def end(self, source: str, owner: str, report: Any) -> None:
        """Release the source and store the report.

        Raises:
            SyncRunningError: another run holds the source now.
        """
        values = {":report": msgspec.json.encode(report).decode(), ":now": to_text(self.now())}
        self._change(source, owner, "SET report = :report, ended_at = :now REMOVE lease_until, #owner", values)

    def last_report(self, source: str) -> dict[str, Any] | None:
        """Return the report of the last sync of the source, with `ended_at`, or None."""
        item = self._read(source)
        if "report" not in item:
            return None
        return {**msgspec.json.decode(item["report"]), "ended_at": item["ended_at"]}

    def _change(self, source: str, owner: str, update: str, values: dict[str, Any]) -> None:
        changed = update_if(
            self.dynamodb,
            TableName=self.table,
            Key=sync_run_key(source),
            UpdateExpression=update,
            ConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=to_attributes(values | {":owner": owner}),
        )
        if changed is None:
            raise SyncRunningError(f"another sync of {source} has begun")

    def _read(self, source: str) -> dict[str, Any]:
        answer = self.dynamodb.get_item(TableName=self.table, Key=sync_run_key(source), ConsistentRead=True)
        return from_attributes(answer.get("Item", {}))

    def _until(self) -> str:
        return to_text(self.now() + _LEASE_DURATION)


def this_process() -> str:
    """Return an owner from which another process on this machine can tell whether this one is alive."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _is_dead_process(owner: str) -> bool:
    """Whether the owner was a process on this machine that no longer exists, so that its lease does not count."""
    words = owner.split(" ")
    if len(words) != 4 or words[0] != "process" or words[3] != socket.gethostname() or not words[1].isdecimal():
        return False
    with suppress(PermissionError):  # the process exists and belongs to another user
        try:
            os.kill(int(words[1]), 0)
        except ProcessLookupError:
            return True
    return False
