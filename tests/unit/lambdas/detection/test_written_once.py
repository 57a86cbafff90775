"""No capture replaces the picture of an encounter, and no number of captures makes its item too large."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.dynamodb import to_attributes
from lambdas.common.keys import confirmed_key
from lambdas.detection.match import MatchOutcome
from lambdas.encounters.encounter import MAX_OTHERS, MAX_SIGHTINGS, Review
from lambdas.encounters.table import encounter_key, read_encounter
from tests.support.matchers import matcher_of
from tests.support.stories import encounters_in
from tests.unit.lambdas.detection.captures import POLICY, put_capture

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.detection.match import Matcher
    from lambdas.encounters.encounter import Encounter
    from tests.unit.lambdas.detection.captures import Gallery

MARLOWE = "namus:MP900101:910101"


@pytest.fixture
def matcher(s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier) -> Matcher:
    return matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)


class Meetings:
    """Captures that match Marlowe, and the one encounter that they make."""

    def __init__(self, matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient) -> None:
        self.matcher, self.gallery, self.s3, self.dynamodb = matcher, gallery, s3, dynamodb

    def meet(
        self, capture_id: str, *, picture: bytes = b"picture", similarity: float = 99, **about: Any
    ) -> MatchOutcome:
        self.gallery.answers((MARLOWE, similarity))
        return self.matcher.match(put_capture(self.s3, capture_id, picture=picture, **about))

    def encounter(self) -> Encounter:
        [item] = encounters_in(self.dynamodb)
        found = read_encounter(self.dynamodb, table="encounters", encounter_id=item["encounter_id"])
        assert found
        return found

    def update(self, update: str, **values: Any) -> None:
        self.dynamodb.update_item(
            TableName="encounters",
            Key=encounter_key(self.encounter().encounter_id),
            UpdateExpression=update,
            ExpressionAttributeValues=to_attributes({f":{name}": value for name, value in values.items()}),
        )

    def pictures(self) -> dict[str, bytes]:
        """Read the pictures by key."""
        keys = [found["Key"] for found in self.s3.list_objects_v2(Bucket="detection").get("Contents", [])]
        return {key: self.s3.get_object(Bucket="detection", Key=key)["Body"].read() for key in keys}


@pytest.fixture
def meetings(matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient) -> Meetings:
    return Meetings(matcher, gallery, s3, dynamodb)


def test_reused_capture_id_gets_an_id_of_its_own(meetings: Meetings) -> None:
    meetings.meet("c-1", picture=b"first")
    for _ in range(2):  # a redelivery of the second picture adds nothing
        assert meetings.meet("c-1", picture=b"second", at="03:00:05") is MatchOutcome.REUSED_ID
    sightings = meetings.encounter().sightings
    assert len(sightings) == 2
    assert sightings["c-1"].sha256 == hashlib.sha256(b"first").hexdigest()
    kept = {sighting.key: sighting.sha256 for sighting in sightings.values()}
    assert {key: hashlib.sha256(picture).hexdigest() for key, picture in meetings.pictures().items()} == kept


@pytest.mark.parametrize("known", [True, False], ids=["with digest", "of an older version"])
def test_reused_id_leaves_a_confirmed_picture_alone(meetings: Meetings, known: bool) -> None:
    meetings.meet("c-1", picture=b"first")
    encounter = meetings.encounter()
    moved = confirmed_key(encounter.encounter_id, "c-1")
    meetings.s3.put_object(Bucket="detection", Key=moved, Body=b"first")
    meetings.s3.delete_object(Bucket="detection", Key=encounter.sightings["c-1"].key)
    sighting: dict[str, Any] = {"similarity": 99, "captured_at": encounter.started_at, "key": moved, "photo_id": "1"}
    digest = {"sha256": hashlib.sha256(b"first").hexdigest()} if known else {}
    meetings.update("SET review = :v, sightings = :s", v=Review.CONFIRMED.value, s={"c-1": sighting | digest})
    meetings.meet("c-1", picture=b"forged")
    pictures = meetings.pictures()
    assert pictures.pop(moved) == b"first"
    assert meetings.encounter().sightings["c-1"].key == moved
    assert set(pictures.values()) == ({b"forged"} if known else set())
    assert f"encounters/{encounter.encounter_id}/c-1.jpg" not in pictures


def test_full_encounter_keeps_first_best_and_latest(meetings: Meetings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdas.encounters.sighting_updates.MAX_SIGHTINGS", 4)
    for second in range(10):
        meetings.meet(f"c-{second}", at=f"03:00:0{second}", similarity=99.5 if second == 3 else 98 - second)
    encounter = meetings.encounter()
    assert sorted(encounter.sightings) == ["c-0", "c-3", "c-8", "c-9"]
    assert (encounter.shots, encounter.dropped, encounter.dropped_alerting) == (10, 6, 1)
    assert {encounter.sightings[each].key for each in encounter.sightings} <= set(meetings.pictures())


def test_full_confirmed_encounter_only_counts(meetings: Meetings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdas.encounters.sighting_updates.MAX_SIGHTINGS", 2)
    for capture_id in ("c-0", "c-1"):
        meetings.meet(capture_id)
    meetings.update("SET review = :confirmed", confirmed=Review.CONFIRMED.value)
    meetings.meet("c-2", at="03:00:02")
    encounter = meetings.encounter()
    assert sorted(encounter.sightings) == ["c-0", "c-1"]
    assert encounter.shots == 3
    assert len(meetings.pictures()) == 2


def test_longest_sightings_fit_into_an_item(meetings: Meetings) -> None:
    longest = "c" * 127
    meetings.meet("c-1")
    encounter = meetings.encounter()
    sighting = {
        "similarity": 99.99,
        "captured_at": encounter.started_at,
        "key": f"encounters/{encounter.encounter_id}/{longest}0.jpg",
        "photo_id": "p" * 100,
        "sha256": "0" * 64,
        "track": "t" * 128,
        "photos": 49,
        "alerting": True,
        "alone": True,
        "alone_threshold": 99.99,
        "runner_up": {"case_id": "c" * 201, "similarity": 99.99},
        "others": [{"case_id": "c" * 201, "similarity": 99.99}] * MAX_OTHERS,
        "waits_until": encounter.started_at,
    }
    everything = {f"{number:03}{longest}"[:128]: sighting for number in range(MAX_SIGHTINGS)}
    assert len(json.dumps(everything)) < 200_000  # half of DynamoDB's limit
    meetings.update("SET sightings = :all", all=everything)
    meetings.meet("c-2", at="03:00:02")
    assert len(meetings.encounter().sightings) == MAX_SIGHTINGS
