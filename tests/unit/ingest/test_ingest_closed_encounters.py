"""A closed case takes its unreviewed encounters with it, and leaves the reviewed ones alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.case import Case, CaseStatus
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.ingest.closed_encounters import ClosedEncounters

if TYPE_CHECKING:
    from lambdas.ingest.gallery import Gallery


@pytest.fixture
def encounters(gallery: Gallery, clock: Any) -> ClosedEncounters:
    for number, status in ((1, CaseStatus.OPEN), (2, CaseStatus.RESOLVED)):
        gallery.open_case(Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}"), b"{}")
        if status is CaseStatus.RESOLVED:
            gallery.close_case(f"namus:MP{number}", status, source_modified=None)
    rows = [("a", 1, "open"), ("b", 2, "open"), ("c", 2, "confirmed"), ("d", 9, "open")]
    for encounter_id, number, review in rows:
        item = {"encounter_id": encounter_id, "kind": "encounter", "case_id": f"namus:MP{number}", "review": review}
        gallery.dynamodb.put_item(TableName="encounters", Item=to_attributes(item))
        gallery.s3.put_object(Bucket="detection", Key=f"encounters/{encounter_id}/1.jpg", Body=b"x")
    return ClosedEncounters(
        s3=gallery.s3,
        dynamodb=gallery.dynamodb,
        bucket="detection",
        encounters_table="encounters",
        cases_table="cases",
        now=clock,
    )


def test_only_open_encounters_of_closed_cases_are_withdrawn(encounters: ClosedEncounters) -> None:
    assert encounters.withdraw() == 2
    items = [from_attributes(item) for item in encounters.dynamodb.scan(TableName="encounters")["Items"]]
    assert {item["encounter_id"]: item["review"] for item in items} == {
        "a": "open",
        "b": "withdrawn",
        "c": "confirmed",
        "d": "withdrawn",
    }
    left = encounters.s3.list_objects_v2(Bucket="detection")["Contents"]
    assert [item["Key"] for item in left] == ["encounters/a/1.jpg", "encounters/c/1.jpg"]
    assert encounters.withdraw() == 0
