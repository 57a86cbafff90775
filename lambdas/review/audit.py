"""The audit table: who looked at what, decided, searched, exported and signed in. The functions only add records."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text, utc_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from mypy_boto3_dynamodb import DynamoDBClient


BY_DAY_INDEX = "by-day"


class AuditKind(StrEnum):
    """What somebody did. Each verdict has a kind of the same name."""

    VIEWED = "viewed"
    PICTURE_VIEWED = "picture_viewed"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    OPINION = "opinion"
    UNDONE = "undone"
    EXPIRED = "expired"
    LOCKED = "locked"
    REFUSED = "refused"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    PHOTO_SEARCHED = "photo_searched"
    EXPORTED = "exported"
    CASE_CLOSED = "case_closed"
    FACE_CHOSEN = "face_chosen"


class Via(StrEnum):
    """The interface that somebody used."""

    LINK = "link"
    TEXT_MESSAGE = "text-message"
    COMMAND_LINE = "command-line"
    CONSOLE = "console"
    SYSTEM = "system"


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `at` is the time and a random suffix, so that no record replaces another."""

    encounter_id: str
    at: str
    kind: AuditKind
    by: str
    via: Via
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The audit table."""

    dynamodb: DynamoDBClient
    table: str

    def write(
        self, encounter_id: str, kind: AuditKind, *, by: str, at: datetime, via: Via, note: str | None = None
    ) -> dict[str, Any]:
        """Build the write of a record, for the transaction that it documents."""
        record = AuditRecord(
            encounter_id=encounter_id,
            at=f"{to_text(at)}#{uuid.uuid4().hex[:8]}",
            kind=kind,
            by=single_line(by),
            via=via,
            note=note and single_line(note),
        )
        item = {**msgspec.to_builtins(record), "day": utc_day(record.at)}
        return {"Put": {"TableName": self.table, "Item": to_attributes(item)}}

    def add(
        self, encounter_id: str, kind: AuditKind, *, by: str, at: datetime, via: Via, note: str | None = None
    ) -> None:
        """Write a record alone, for an act that changes nothing else."""
        self.dynamodb.put_item(**self.write(encounter_id, kind, by=by, at=at, via=via, note=note)["Put"])

    def of(self, encounter_id: str) -> Iterator[AuditRecord]:
        """Yield all records of an encounter, oldest first."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="encounter_id = :id",
            ExpressionAttributeValues=to_attributes({":id": encounter_id}),
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield msgspec.convert(from_attributes(item), type=AuditRecord)

    def on(self, day: date, *, after: AuditRecord | None = None, limit: int) -> list[AuditRecord]:
        """Return records of a day (UTC), the newest first, those that are older than `after`.

        The day is an attribute since the console exists; records of before are found by their encounter.
        """
        values = {":day": day.isoformat()}
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": BY_DAY_INDEX,
            "KeyConditionExpression": "#day = :day",
            "ExpressionAttributeNames": {"#day": "day"},
            "ExpressionAttributeValues": to_attributes(values),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after:
            key = {"day": day.isoformat(), "at": after.at, "encounter_id": after.encounter_id}
            request["ExclusiveStartKey"] = to_attributes(key)
        answer = self.dynamodb.query(**request)
        return [msgspec.convert(from_attributes(item), type=AuditRecord) for item in answer["Items"]]
