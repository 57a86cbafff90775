"""Later sightings: muted after dismissals, announced if clearly better, and searched again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.cases.case import Case
from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.policy import Policy, Thresholds
from lambdas.encounters.table import encounter_key
from tests.support.matchers import matcher_of
from tests.support.stories import encounters_in, put_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.detection.match import Matcher
    from tests.support.clock import Clock
    from tests.support.topic import Topic

POLICY = Policy(
    base=Thresholds(80, 95, 95),
    dismissal_mute_days=7,
    better_shot_margin=2,
    better_shot_limit=1,
)
WINDOW = {"encounter_id": "window#namus:MP900101#cam-01", "kind": "window", "version": 1, "encounters": []}


class Gate:
    """A camera, with stubbed Rekognition answers for each person who passes it."""

    def __init__(self, matcher: Matcher, answers: Stubber, clock: Clock) -> None:
        self.matcher, self.answers, self.clock = matcher, answers, clock

    def passes(self, capture_id: str, similarity: float, *, track: str = "t-1", **metadata: str) -> None:
        face: Any = {"Similarity": similarity, "Face": {"ExternalImageId": "namus:MP900101:910101"}}
        self.answers.add_response("search_faces_by_image", {"FaceMatches": [face]})
        key = f"captures/cam-01/.stored/2026-11-23/{capture_id}.jpg"
        known = {"capture-id": capture_id, "captured-at": to_text(self.clock()), "track": track, **metadata}
        self.matcher.s3.put_object(Bucket="detection", Key=key, Body=b"picture", Metadata=known)
        self.matcher.match(key)

    def sweep(self) -> None:
        notifier = self.matcher.notifier()
        for alert_id in list(notifier.states.overdue(now=self.clock())):
            notifier.notify(alert_id)


@pytest.fixture
def gate(s3: S3Client, dynamodb: DynamoDBClient, notifier: Notifier, clock: Clock) -> Iterator[Gate]:
    rekognition = boto3.client("rekognition")
    matcher = matcher_of(s3, rekognition, dynamodb, notifier, POLICY)
    with Stubber(rekognition) as answers:
        yield Gate(matcher, answers, clock)


def kinds(topic: Topic) -> list[str]:
    return [message["kind"] for message in topic.messages()]


def remember(dynamodb: DynamoDBClient, clock: Clock, **verdicts: Any) -> None:
    item = {**WINDOW, "dismissed_at": to_text(clock() - timedelta(days=1)), "dismissals": 1, **verdicts}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(item))


def test_only_a_better_sighting_raises_the_place_by_strength(gate: Gate, dynamodb: DynamoDBClient) -> None:
    for capture_id, similarity, best in (("c1", 90, 90), ("c2", 96.5, 96.5), ("c3", 91, 96.5), ("c2", 96.5, 96.5)):
        gate.passes(capture_id, similarity)
        assert [item["best_similarity"] for item in encounters_in(dynamodb)] == [best]


def test_dismissed_pair_is_reviewed_but_muted(gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic) -> None:
    remember(dynamodb, clock)
    gate.passes("c-1", 99.9)
    gate.passes("c-2", 99.9)
    [encounter] = encounters_in(dynamodb)
    assert "alert" not in encounter
    assert "silent until 2026-11-29" in encounter["muted"]
    assert len(encounter["sightings"]) == 2
    assert topic.messages() == []


def test_dismissed_track_never_alerts_again(gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic) -> None:
    remember(dynamodb, clock, dismissed_at=to_text(clock() - timedelta(days=60)), dismissed_tracks=["t-1"])
    gate.passes("c-1", 99.9, track="t-1")
    assert topic.messages() == []
    gate.passes("c-2", 99.9, track="t-2")
    assert kinds(topic) == ["first"]


@pytest.mark.parametrize(("similarity", "alerts"), [(97.4, 0), (97.5, 1)])
def test_dismissals_at_other_cameras_raise_what_is_needed(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic, similarity: float, alerts: int
) -> None:
    dismissed = [{"encounter_id": name, "verdict": "dismissed", "at": to_text(clock())} for name in ("a", "b")]
    item = {"encounter_id": "verdicts#namus:MP900101", "kind": "verdicts", "version": 2, "verdicts": dismissed}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(item))
    gate.passes("c-1", similarity)
    assert len(topic.messages()) == alerts
    [encounter] = encounters_in(dynamodb)
    assert encounter["sightings"]["c-1"]["strictness"]["look_alikes"] == 1


def test_new_encounter_keeps_the_dismissals_in_the_window(gate: Gate, dynamodb: DynamoDBClient, clock: Clock) -> None:
    remember(dynamodb, clock, dismissed_tracks=["t-9"])
    gate.passes("c-1", 99.9)
    window = dynamodb.get_item(TableName="encounters", Key=encounter_key(str(WINDOW["encounter_id"])))["Item"]
    assert window["dismissed_tracks"] == {"L": [{"S": "t-9"}]}
    assert window["version"] == {"N": "2"}


def test_clearly_better_shot_alerts_once(gate: Gate, topic: Topic) -> None:
    for number, similarity in enumerate((96.0, 97.9, 98.0, 98.1, 100.0)):
        gate.passes(f"c-{number}", similarity)
        gate.sweep()
    assert kinds(topic) == ["first", "better-shot"]
    assert [message["similarity"] for message in topic.messages()] == [96.0, 98.0]


def test_digest_is_sent_only_for_later_sightings(gate: Gate, topic: Topic, clock: Clock) -> None:
    gate.passes("c-1", 96.0)
    clock.advance(minutes=10)
    gate.sweep()
    assert kinds(topic) == ["first"]
    gate.passes("c-2", 96.0)
    gate.passes("c-3", 96.5)
    clock.advance(minutes=10)
    gate.sweep()
    assert kinds(topic) == ["first", "first", "digest"]
    assert topic.messages()[-1]["shots"] == 2


def test_verdict_ends_the_alerts(gate: Gate, topic: Topic, dynamodb: DynamoDBClient, clock: Clock) -> None:
    gate.passes("c-1", 96.0)
    [encounter] = encounters_in(dynamodb)
    dynamodb.update_item(
        TableName="encounters",
        Key=encounter_key(encounter["encounter_id"]),
        UpdateExpression="SET review = :confirmed",
        ExpressionAttributeValues={":confirmed": {"S": Review.CONFIRMED.value}},
    )
    gate.passes("c-2", 99.9)
    clock.advance(minutes=10)
    gate.sweep()
    assert kinds(topic) == ["first"]


def test_retrospective_search_ignores_known_cases(gate: Gate, dynamodb: DynamoDBClient) -> None:
    gate.passes("c-1", 99.9, **{"known-cases": "fbi:a1 namus:MP900101"})
    assert encounters_in(dynamodb) == []
    gate.passes("c-2", 99.9, **{"known-cases": "fbi:a1"})
    [encounter] = encounters_in(dynamodb)
    assert encounter["timeline"]["again"] is True


def test_case_that_a_known_one_outranks_is_for_review_only(gate: Gate, dynamodb: DynamoDBClient, topic: Topic) -> None:
    put_case(dynamodb, case=Case(case_id="fbi:a1", source="fbi", source_id="a1"))
    faces: Any = [
        {"Similarity": similarity, "Face": {"ExternalImageId": image}}
        for image, similarity in (("namus:MP900101:910101", 99.9), ("fbi:a1:1", 99.5))
    ]
    gate.answers.add_response("search_faces_by_image", {"FaceMatches": faces})
    key = "captures/cam-01/.stored/2026-11-23/c-1.jpg"
    known = {"capture-id": "c-1", "known-cases": "namus:MP900101"}
    gate.matcher.s3.put_object(Bucket="detection", Key=key, Body=b"picture", Metadata=known)
    gate.matcher.match(key)
    [encounter] = encounters_in(dynamodb)
    assert (encounter["case_id"], encounter.get("alert")) == ("fbi:a1", None)
    assert encounter["sightings"]["c-1"]["others"] == [{"case_id": "namus:MP900101", "similarity": 99.9}]
    assert topic.messages() == []


def test_probe_and_real_case_never_match(gate: Gate, dynamodb: DynamoDBClient, topic: Topic) -> None:
    put_case(dynamodb, case=Case(case_id="probe:1", source="probe", source_id="1"))
    faces: Any = [
        {"Similarity": 99.0, "Face": {"ExternalImageId": image}} for image in ("namus:MP900101:910101", "probe:1:1")
    ]
    for camera in ("cam-01", "homeward-probe"):
        gate.answers.add_response("search_faces_by_image", {"FaceMatches": faces})
        key = f"captures/{camera}/2026-11-23/c.jpg"
        gate.matcher.s3.put_object(Bucket="detection", Key=key, Body=b"picture")
        gate.matcher.match(key)
    found = {encounter["camera"]: encounter["case_id"] for encounter in encounters_in(dynamodb)}
    assert found == {"cam-01": "namus:MP900101", "homeward-probe": "probe:1"}
    assert sorted(topic.recipients(), key=len) == [{"document": ["-"]}, {"sms": ["phone"], "document": ["-"]}]


def test_old_recording_makes_the_encounters_of_its_own_time(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic
) -> None:
    then = clock() - timedelta(days=80)
    for number, minutes in enumerate((0, 5, 60, 65)):
        gate.passes(f"c-{number}", 96, **{"captured-at": to_text(then + timedelta(minutes=minutes))})
    gate.passes("c-now", 96)
    found = sorted(encounters_in(dynamodb), key=lambda each: str(each["timeline"]["captured_at"]))
    assert [sorted(each["sightings"]) for each in found] == [["c-0", "c-1"], ["c-2", "c-3"], ["c-now"]]
    assert {each["started_at"] for each in found} == {to_text(clock())}
    assert [message["is_past"] for message in topic.messages()] == [True, True, False]


@pytest.mark.parametrize(
    ("dwell_s", "encounters"),
    [((0.5, 1.5), [["c-0", "c-1", "c-2"]]), ((599.9, 601.9), [["c-0", "c-1"], ["c-2"]])],
    ids=["a walk past the camera", "a long stay"],
)
def test_shots_of_one_walk_are_one_encounter_across_its_end(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, dwell_s: tuple[float, float], encounters: list[list[str]]
) -> None:
    gate.passes("c-0", 90)
    clock.advance(seconds=599)
    for number, seen_s in enumerate(dwell_s, start=1):
        clock.advance(seconds=0.5)
        gate.passes(f"c-{number}", 90, track="t-2", **{"dwell-s": str(seen_s)})
    found = encounters_in(dynamodb)
    assert sorted(sorted(each["sightings"]) for each in found) == encounters


def test_repeated_capture_without_a_credible_time_alerts_once(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic
) -> None:
    for hours in (0, 5, 1):
        clock.advance(hours=hours)
        gate.passes("c-1", 96, **{"received-at": to_text(clock()), "time-doubt": "future"})
    assert kinds(topic) == ["first"]
    [encounter] = encounters_in(dynamodb)
    assert encounter["sightings"]["c-1"]["time_doubt"] == "future"
    assert encounter["sightings"]["c-1"]["captured_at"] == encounter["started_at"]


def test_dismissed_pair_is_silent_by_our_clock(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic
) -> None:
    """An old recording that arrives after the silent period is not silent, although it is older."""
    remember(dynamodb, clock, dismissed_at=to_text(clock() - timedelta(days=8)))
    gate.passes("c-1", 99.9, **{"captured-at": to_text(clock() - timedelta(days=7))})
    assert kinds(topic) == ["first"]


@pytest.mark.parametrize("poison", ["2099-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
def test_window_of_an_earlier_version_with_a_poison_time_is_left(
    gate: Gate, dynamodb: DynamoDBClient, clock: Clock, topic: Topic, poison: str
) -> None:
    remember(dynamodb, clock, dismissed_at=None, encounters=[{"encounter_id": "old", "started_at": poison}])
    gate.passes("c-1", 96)
    assert kinds(topic) == ["first"]
