"""The tables that detection and alerting use, as the stacks define them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import to_attributes
from tests.support.tables import key_schema, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def make_tables(dynamodb: DynamoDBClient, prefix: str) -> None:
    """`PREFIX-cases`, `PREFIX-cameras` and `PREFIX-encounters` with its index of alerts that are due."""
    make_table(dynamodb, f"{prefix}-cases", {"case_id": "HASH", "record": "RANGE"})
    make_table(dynamodb, f"{prefix}-cameras", {"camera": "HASH"})
    due = {"alert": "HASH", "alert_due_at": "RANGE"}
    index: Any = {
        "IndexName": "alerts-due",
        "KeySchema": key_schema(due),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    make_table(dynamodb, f"{prefix}-encounters", {"encounter_id": "HASH"}, due, GlobalSecondaryIndexes=[index])


def put_open_case(dynamodb: DynamoDBClient, table: str, case: Case) -> None:
    """The case as the gallery keeps it."""
    text = msgspec.json.encode(case).decode()
    record = {"case_id": case.case_id, "record": "case", "status": CaseStatus.OPEN.value, "case": text}
    dynamodb.put_item(TableName=table, Item=to_attributes(record))
