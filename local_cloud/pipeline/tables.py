"""Create the DynamoDB tables as the stacks define them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.cases.table import CASE_RECORD
from lambdas.common.cameras_table import BY_THING_INDEX
from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.table import ALERTS_DUE_INDEX, REVIEW_INDEX, STRENGTH_INDEX
from lambdas.review.audit import BY_DAY_INDEX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


THING = {"thing": "HASH"}


def make_tables(dynamodb: DynamoDBClient, prefix: str = "") -> None:
    """Create the tables `cases`, `cameras`, `encounters` (with its indexes) and `audit`, named with the prefix."""
    make_table(dynamodb, f"{prefix}cases", {"case_id": "HASH", "record": "RANGE"})
    by_thing = {"IndexName": BY_THING_INDEX, "KeySchema": key_schema(THING), "Projection": {"ProjectionType": "ALL"}}
    make_table(dynamodb, f"{prefix}cameras", {"camera": "HASH"}, THING, GlobalSecondaryIndexes=[by_thing])
    by_day = {
        "IndexName": BY_DAY_INDEX,
        "KeySchema": key_schema({"day": "HASH", "at": "RANGE"}),
        "Projection": {"ProjectionType": "ALL"},
    }
    audit = {"encounter_id": "HASH", "at": "RANGE"}
    make_table(dynamodb, f"{prefix}audit", audit, {"day": "HASH"}, GlobalSecondaryIndexes=[by_day])
    due, review = {"alert": "HASH", "alert_due_at": "RANGE"}, {"review": "HASH", "started_at": "RANGE"}
    strength = {"review": "HASH", "best_similarity": "RANGE"}
    listed = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["case_id", "camera"]}
    indexes: list[Any] = [
        {"IndexName": ALERTS_DUE_INDEX, "KeySchema": key_schema(due), "Projection": {"ProjectionType": "KEYS_ONLY"}},
        {"IndexName": REVIEW_INDEX, "KeySchema": key_schema(review), "Projection": listed},
        {"IndexName": STRENGTH_INDEX, "KeySchema": key_schema(strength), "Projection": listed},
    ]
    keys = ({"encounter_id": "HASH"}, due, review, strength)
    make_table(dynamodb, f"{prefix}encounters", *keys, GlobalSecondaryIndexes=indexes)


def make_table(dynamodb: DynamoDBClient, name: str, *keys: dict[str, str], **others: Any) -> None:
    """Create a table with text keys: first `{"case_id": "HASH", "record": "RANGE"}`, say, then its indexes'."""
    kinds: dict[str, Literal["N", "S"]] = {
        key: "N" if key == "best_similarity" else "S" for schema in keys for key in schema
    }
    dynamodb.create_table(
        TableName=name,
        KeySchema=key_schema(keys[0]),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in kinds.items()],
        BillingMode="PAY_PER_REQUEST",
        **others,
    )


def put_case(
    dynamodb: DynamoDBClient, case: Case, status: CaseStatus = CaseStatus.OPEN, *, table: str = "cases"
) -> None:
    """Put the case as the gallery stores it."""
    text = msgspec.json.encode(case).decode()
    record = {"case_id": case.case_id, "record": CASE_RECORD, "status": status.value, "case": text}
    dynamodb.put_item(TableName=table, Item=to_attributes(record))


def key_schema(keys: dict[str, str]) -> Any:
    """Build a KeySchema."""
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]
