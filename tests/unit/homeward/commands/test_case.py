from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import read_status
from lambdas.common.dynamodb import from_attributes
from lambdas.encounters.encounter import Review
from tests.support.review_desk import Desk
from tests.unit.homeward.commands.conftest import CASE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from tests.support.town import Town


def test_close_deletes_faces_photos_and_unreviewed_encounters(
    filled: Town, dynamodb: DynamoDBClient, s3: S3Client
) -> None:
    for review in (Review.OPEN, Review.CONFIRMED):
        Desk(s3, dynamodb, clock=None).add_encounter(f"e-{review.value}", shots=1, case_id=CASE, review=review)
    assert filled.run("case", "close", CASE, "--dry-run").output == (
        f"would close {CASE} (Marlowe), deleting 2 photos, 1 faces\n"
    )
    assert read_status(dynamodb, table="cases", case_id=CASE) is CaseStatus.OPEN
    closed = json.loads(filled.run("case", "close", CASE, "--json").stdout)
    assert (closed["photos"], closed["faces"], closed["unreviewed_encounters"]) == (2, 1, 1)
    assert filled.rekognition.external_ids() == []
    assert "Contents" not in s3.list_objects_v2(Bucket="gallery", Prefix="photos/")
    kept = [item["Key"] for item in s3.list_objects_v2(Bucket="detection")["Contents"]]
    assert kept == ["encounters/e-confirmed/c0.jpg"]
    reviews = sorted(str(from_attributes(item)["review"]) for item in dynamodb.scan(TableName="encounters")["Items"])
    assert reviews == ["confirmed", "withdrawn"]
    assert filled.run("gallery", "verify").exit_code == 0


def test_unknown_case_exits_with_3(filled: Town) -> None:
    assert filled.run("case", "close", "namus:MP2").exit_code == 3
    assert filled.run("case", "show", "namus:MP2").exit_code == 3


def test_list_filters_by_status(filled: Town) -> None:
    listed = json.loads(filled.run("case", "list", "--status", "open", "--json").stdout)
    assert [(row["case_id"], row["name"], row["photos"]) for row in listed] == [(CASE, "Marlowe", 2)]
    assert json.loads(filled.run("case", "list", "--status", "resolved", "--json").stdout) == []
