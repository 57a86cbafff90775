"""Read cases for the command line, and turn them into rows and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.cases.ages import age_on, age_then
from lambdas.cases.readable import AMERICAN, readable_phone
from lambdas.cases.table import CASE_RECORD, StoredCase, stored_case
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import now

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
            yield stored_case(from_attributes(attributes))


def row_of(stored: StoredCase) -> dict[str, Any]:
    """Return the row of a case in the list."""
    case = stored.case
    return {
        "case_id": case.case_id,
        "status": stored.status.value,
        "name": case.name,
        "sex": case.sex,
        "age_when_missing": str(age) if (age := age_then(case)) else None,
        "last_seen": " ".join(part for part in (case.last_seen.date, case.last_seen.place) if part) or None,
        "photos": len(case.photos),
    }


def facts_of(stored: StoredCase) -> dict[str, Any]:
    """Return what `homeward case show` prints of a case, by label."""
    case, agency = stored.case, stored.case.primary_agency
    row, age_now = row_of(stored), age_on(case, now().date())
    contact = (agency.name, readable_phone(agency.call or ""), agency.case_number) if agency else ()
    return {
        "case": row["case_id"],
        **{label: row[label] for label in ("status", "name", "sex")},
        "age when missing": row["age_when_missing"],
        "age now, about": str(age_now) if age_now and str(age_now) != row["age_when_missing"] else None,
        "last seen": AMERICAN.dates(", ".join(filter(None, (case.last_seen.date, case.last_seen.place)))) or None,
        "height": AMERICAN.height_of(case.height_cm),
        "weight": AMERICAN.weight_of(case.weight_kg),
        "hair": case.hair,
        "marks": "; ".join(case.marks),
        "clothing": "; ".join(case.clothing),
        "photos": row["photos"],
        "agency": " ".join(part for part in contact if part),
        "source": case.source_url,
        "narrative": case.narrative,
    }
