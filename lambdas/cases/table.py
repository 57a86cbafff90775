"""Build the keys of the cases table, and read cases and photos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import Item, from_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

CASE_RECORD = "case"
WITHOUT_PICTURE = frozenset({"unusable", "duplicate"})
"""The face_status of photos that were refused: the gallery has no object of them."""


def photo_record(photo_id: str) -> str:
    """Build the sort key of a photo's record."""
    return f"photo#{photo_id}"


@dataclass(frozen=True, kw_only=True)
class StoredCase:
    """A case in the gallery. `status` overrides the one in the case.

    Its photos resemble those of `near` other cases, of the `among` that there were when the last photo was compared.
    """

    case: Case
    status: CaseStatus
    near: frozenset[str] = frozenset()
    among: int = 0


def read_case(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> StoredCase | None:
    """Read the case, strongly consistent; None if the gallery has no such case."""
    attributes = dynamodb.get_item(TableName=table, Key=record_key(case_id, CASE_RECORD), ConsistentRead=True).get(
        "Item"
    )
    return None if attributes is None else stored_case(from_attributes(attributes))


def sync_run_key(source: str) -> Item:
    """Build the typed key of the record of a source's sync."""
    return record_key(f"sync:{source}", "run")


def record_key(case_id: str, record: str) -> Item:
    """Build the typed key of a record of a case."""
    return {"case_id": {"S": case_id}, "record": {"S": record}}


def stored_case(item: Item) -> StoredCase:
    """Decode a case from the plain values of its record."""
    return StoredCase(
        case=msgspec.json.decode(item["case"], type=Case),
        status=CaseStatus(item["status"]),
        near=frozenset(item.get("near_cases", ())),
        among=item.get("near_among", 0),
    )


def read_status(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> CaseStatus | None:
    """Read the case's status, strongly consistent; None if the gallery has no such case."""
    attributes = dynamodb.get_item(
        TableName=table,
        Key=record_key(case_id, CASE_RECORD),
        ProjectionExpression="#status",
        ExpressionAttributeNames={"#status": "status"},
        ConsistentRead=True,
    ).get("Item")
    return CaseStatus(from_attributes(attributes)["status"]) if attributes else None


def read_photo(dynamodb: DynamoDBClient, *, table: str, case_id: str, photo_id: str) -> Item | None:
    """The record of this photo as docs/developer/architecture.md lists its attributes, strongly consistent, or None."""
    key = record_key(case_id, photo_record(photo_id))
    attributes = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return from_attributes(attributes) if attributes else None


def read_photos(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> Iterator[tuple[str, Item]]:
    """Yield the id and the record of each photo of the case, strongly consistent."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="case_id = :case AND begins_with(#record, :photo)",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues={":case": {"S": case_id}, ":photo": {"S": photo_record("")}},
        ConsistentRead=True,
    )
    for page in pages:
        for attributes in page["Items"]:
            item = from_attributes(attributes)
            yield item["record"].removeprefix(photo_record("")), item
