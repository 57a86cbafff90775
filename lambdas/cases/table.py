"""Reading the cases table: what matching and alerting need of a case, with no call to its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import Item, from_attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CASE_RECORD = "case"


def photo_record(photo_id: str) -> str:
    """The sort key of a photo's record."""
    return f"photo#{photo_id}"


@dataclass(frozen=True, kw_only=True)
class StoredCase:
    """A case as the gallery has it; the status here wins over the one in the document."""

    case: Case
    status: CaseStatus


def read_case(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> StoredCase | None:
    """The case with this id, strongly consistent, or None where the gallery has none."""
    attributes = dynamodb.get_item(TableName=table, Key=record_key(case_id, CASE_RECORD), ConsistentRead=True).get(
        "Item"
    )
    return None if attributes is None else stored_case(from_attributes(attributes))


def record_key(case_id: str, record: str) -> Item:
    """The typed key of one of a case's records."""
    return {"case_id": {"S": case_id}, "record": {"S": record}}


def stored_case(item: Item) -> StoredCase:
    """The case of its record's plain values."""
    return StoredCase(case=msgspec.json.decode(item["case"], type=Case), status=CaseStatus(item["status"]))


def read_status(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> CaseStatus | None:
    """The status of this case, strongly consistent, or None where the gallery has no such case."""
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
