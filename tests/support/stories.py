"""A fictional case, and the items of the unit tests' tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.cases.case import Case, CaseStatus, InvestigatingAgency, LastSeen, Name, PhotoKind, Range, SourcePhoto
from lambdas.common.dynamodb import from_attributes
from local_cloud.pipeline import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MARLOWE = Case(
    case_id="namus:MP900101",
    source="namus",
    source_id="MP900101",
    names=(Name(given="Marlowe", middle="Quill", family="Exampleton"),),
    sex="male",
    age_when_missing=Range(min=37, max=37),
    last_seen=LastSeen(date="2021-02-27", precision="day", city="Nowhere Falls", region="OR"),
    agencies=(
        InvestigatingAgency(name="Nowhere Falls Police Department", phone="+15035550142", case_number="NF-2021-00417"),
    ),
    photos=(
        SourcePhoto(photo_id="910101", url="https://source.example/1"),
        SourcePhoto(photo_id="910102", url="https://source.example/2", kind=PhotoKind.AGE_PROGRESSION),
    ),
)


def put_case(dynamodb: DynamoDBClient, case: Case = MARLOWE, status: CaseStatus = CaseStatus.OPEN) -> None:
    """Put a case into the unit tests' cases table."""
    tables.put_case(dynamodb, case, status)


def encounters_in(dynamodb: DynamoDBClient) -> list[dict[str, Any]]:
    items = [from_attributes(item) for item in dynamodb.scan(TableName="encounters")["Items"]]
    return [item for item in items if item["kind"] == "encounter"]
