"""Kept captures, sent back to the match function after the gallery got a new face."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.new_faces import note_new_face
from lambdas.common.dynamodb import to_attributes
from lambdas.detection.capture import capture_of_object
from lambdas.detection.retrospective import Retrospective
from lambdas.encounters.encounter import Encounter, Review, Sighting, Timeline
from lambdas.encounters.table import encounter_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from tests.support.clock import Clock

AT = "2026-11-20T14:00:00.000Z"


@pytest.fixture
def retrospective(s3: S3Client, dynamodb: DynamoDBClient, clock: Clock) -> Retrospective:
    return Retrospective(
        s3=s3,
        dynamodb=dynamodb,
        bucket="detection",
        encounters_table="encounters",
        cases_table="cases",
        limit=2,
        now=clock,
    )


@pytest.fixture
def new_face(dynamodb: DynamoDBClient, clock: Clock) -> None:
    note_new_face(dynamodb, table="cases", at=clock())


def put_encounter(dynamodb: DynamoDBClient, s3: S3Client, name: str, **changes: Any) -> None:
    """Put an encounter with the sightings `NAME-1` and, more similar, `NAME-2`."""
    keys = {number: f"encounters/{name}/{name}-{number}.jpg" for number in (1, 2)}
    values: dict[str, Any] = {
        "encounter_id": name,
        "case_id": f"namus:{name}",
        "camera": "cam-01",
        "started_at": AT,
        "sightings": {
            f"{name}-{number}": Sighting(similarity=90.0 + number, captured_at=AT, key=key, photo_id="1")
            for number, key in keys.items()
        },
        "timeline": Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
        **changes,
    }
    for capture, key in zip(values["sightings"], keys.values(), strict=True):
        metadata = {"capture-id": capture, "camera": "cam-01", "captured-at": AT, "track": "t-1"}
        s3.put_object(Bucket="detection", Key=key, Body=b"picture", Metadata=metadata)
    item = {"kind": "encounter", **msgspec.to_builtins(Encounter(**values))}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(item))


def captures_in(s3: S3Client) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="detection", Prefix="captures/").get("Contents", [])]


def test_best_capture_of_an_encounter_is_sent_once(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient, new_face: None
) -> None:
    put_encounter(dynamodb, s3, "a")
    assert retrospective.run() == 1
    [key] = captures_in(s3)
    head = s3.head_object(Bucket="detection", Key=key)
    capture = capture_of_object(key, etag=head["ETag"], last_modified=head["LastModified"], metadata=head["Metadata"])
    assert (capture.capture_id, capture.camera, capture.track) == ("a-2", "cam-01", "t-1")
    assert capture.known_cases == {"namus:a"}
    assert retrospective.run() == 0


def test_nothing_is_sent_without_a_new_face(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    put_encounter(dynamodb, s3, "a")
    assert retrospective.run() == 0
    assert captures_in(s3) == []


def test_dismissed_case_of_a_capture_stays_known(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient, new_face: None
) -> None:
    put_encounter(dynamodb, s3, "a")
    same = {"a-2": Sighting(similarity=85, captured_at=AT, key="encounters/b/a-2.jpg", photo_id="1")}
    other = {"a-3": Sighting(similarity=84, captured_at=AT, key="encounters/b/a-3.jpg", photo_id="1")}
    put_encounter(dynamodb, s3, "b", sightings=same | other, review=Review.DISMISSED)
    assert retrospective.run() == 1
    [key] = captures_in(s3)
    assert s3.head_object(Bucket="detection", Key=key)["Metadata"]["known-cases"] == "namus:a namus:b"


def test_newest_captures_are_sent_up_to_the_limit(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient, new_face: None
) -> None:
    for day in (18, 20, 19):
        at = f"2026-11-{day}T14:00:00.000Z"
        sightings = {
            f"d{day}-{number}": Sighting(
                similarity=90.0 + number, captured_at=at, key=f"encounters/d{day}/d{day}-{number}.jpg", photo_id="1"
            )
            for number in (1, 2)
        }
        put_encounter(dynamodb, s3, f"d{day}", sightings=sightings)
    assert retrospective.run() == 2
    assert sorted(captures_in(s3)) == [
        "captures/cam-01/.stored/2026-11-19/unknown/d19-2.jpg",
        "captures/cam-01/.stored/2026-11-20/unknown/d20-2.jpg",
    ]


def test_deleted_picture_is_skipped(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient, new_face: None
) -> None:
    put_encounter(dynamodb, s3, "a")
    put_encounter(dynamodb, s3, "b")
    s3.delete_object(Bucket="detection", Key="encounters/a/a-2.jpg")
    assert retrospective.run() == 1


def test_records_that_cannot_be_read_do_not_stop_the_others(
    retrospective: Retrospective, s3: S3Client, dynamodb: DynamoDBClient, new_face: None
) -> None:
    for name in ("MP1", "MP2", "MP3"):
        put_encounter(dynamodb, s3, name)
    update = functools.partial(
        dynamodb.update_item, TableName="encounters", ExpressionAttributeValues={":x": {"S": "x"}}
    )
    update(Key=encounter_key("MP1"), UpdateExpression="SET sightings = :x")
    update(
        Key=encounter_key("MP2"),
        UpdateExpression="SET sightings.#best.captured_at = :x",
        ExpressionAttributeNames={"#best": "MP2-2"},
    )

    assert retrospective.run() == 1
    assert [key.rpartition("/")[2] for key in captures_in(s3)] == ["MP3-2.jpg"]
    assert retrospective.run() == 0
