"""Read cases for the command line, and turn them into rows and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import Case, CaseStatus
from lambdas.cases.table import CASE_RECORD, StoredCase
from lambdas.common.dynamodb import from_attributes, to_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient


def read_cases(dynamodb: DynamoDBClient, *, table: str) -> Iterator[StoredCase]:
    """Read every case of the gallery, in no order."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#record = :case",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues=to_attributes({":case": CASE_RECORD}),
    )
    for page in pages:
        for attributes in page["Items"]:
            item = from_attributes(attributes)
            case = msgspec.json.decode(item["case"], type=Case)
            yield StoredCase(case=case, status=CaseStatus(item["status"]))


def row_of(stored: StoredCase) -> dict[str, Any]:
    """Return the row of a case in the list."""
    case = stored.case
    return {
        "case_id": case.case_id,
        "status": stored.status.value,
        "name": case.name,
        "sex": case.sex,
        "age_when_missing": str(case.age_when_missing) if case.age_when_missing else None,
        "last_seen": " ".join(part for part in (case.last_seen.date, case.last_seen.place) if part) or None,
        "photos": len(case.photos),
    }


def facts_of(stored: StoredCase) -> dict[str, Any]:
    """Return what `homeward case show` prints of a case, by label."""
    case, agency = stored.case, stored.case.primary_agency
    return {
        **row_of(stored),
        "height cm": case.height_cm,
        "weight kg": case.weight_kg,
        "hair": case.hair,
        "marks": "; ".join(case.marks),
        "agency": agency and " ".join(part for part in (agency.name, agency.call, agency.case_number) if part),
        "source": case.source_url,
        "narrative": case.narrative,
    }
