"""The tables that detection and alerting use, as the stacks define them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import to_attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def make_tables(dynamodb: DynamoDBClient, prefix: str) -> None:
    """`PREFIX-cases`, `PREFIX-cameras` and `PREFIX-encounters` with its index of alerts that are due."""
    make_table(dynamodb, f"{prefix}-cases", {"case_id": "HASH", "record": "RANGE"})
    make_table(dynamodb, f"{prefix}-cameras", {"camera": "HASH"})
    due = {"alert": "HASH", "alert_due_at": "RANGE"}
    index: Any = {"IndexName": "alerts-due", "KeySchema": _schema(due), "Projection": {"ProjectionType": "KEYS_ONLY"}}
    make_table(dynamodb, f"{prefix}-encounters", {"encounter_id": "HASH"}, due, GlobalSecondaryIndexes=[index])


def make_table(dynamodb: DynamoDBClient, name: str, *keys: dict[str, str], **others: Any) -> None:
    """A table whose first keys are its own; those of its indexes follow."""
    names = [key for schema in keys for key in schema]
    dynamodb.create_table(
        TableName=name,
        KeySchema=_schema(keys[0]),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in names],
        BillingMode="PAY_PER_REQUEST",
        **others,
    )


def put_open_case(dynamodb: DynamoDBClient, table: str, case: Case) -> None:
    """The case as the gallery keeps it."""
    text = msgspec.json.encode(case).decode()
    record = {"case_id": case.case_id, "record": "case", "status": CaseStatus.OPEN.value, "case": text}
    dynamodb.put_item(TableName=table, Item=to_attributes(record))


def _schema(keys: dict[str, str]) -> Any:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]
