"""Matching one capture, from the detection bucket to an encounter."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import ANY

from lambdas.cases.case import CaseStatus
from lambdas.common.s3_objects import versions_under
from lambdas.detection.adding import EncounterGoneError
from lambdas.detection.match import Matcher, MatchOutcome
from lambdas.encounters.policy import Thresholds
from lambdas.encounters.table import encounter_key
from tests.support.matchers import matcher_of
from tests.support.stories import MARLOWE, encounters_in, put_case
from tests.unit.lambdas.detection.captures import POLICY, put_capture

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic
    from tests.unit.lambdas.detection.captures import Gallery


OTHER = type(MARLOWE)(case_id="fbi:a1", source="fbi", source_id="a1")


@pytest.fixture
def matcher(s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier) -> Matcher:
    return matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)


def keys(s3: S3Client) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="detection").get("Contents", [])]


def test_match_opens_an_encounter_and_alerts_at_once(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, topic: Topic
) -> None:
    gallery.answers(("namus:MP900101:910101", 96.123), ("namus:MP900101:910102", 99.123))
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.CANDIDATE
    [encounter] = encounters_in(dynamodb)
    evidence = f"encounters/{encounter['encounter_id']}/c-1.jpg"
    assert keys(s3) == [evidence]
    assert s3.head_object(Bucket="detection", Key=evidence)["Metadata"]["capture-id"] == "c-1"
    assert encounter["case_id"] == "namus:MP900101"
    assert encounter["camera"] == "cam-01"
    assert encounter["alert"] == "sent"
    assert [message["alert_id"] for message in topic.messages()] == [encounter["encounter_id"]]
    assert encounter["sightings"] == {
        "c-1": {
            "similarity": 99.12,
            "captured_at": "2026-11-23T03:00:00.000Z",
            "key": evidence,
            "photo_id": "910102",
            "sha256": hashlib.sha256(b"picture").hexdigest(),
            "track": "t-1",
            "photos": 2,
            "alerting": True,
            "alone": True,
            "alone_threshold": 99.0,
        }
    }


def test_capture_without_match_leaves_no_trace(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers()
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.NO_CANDIDATE
    gallery.refuses("InvalidParameterException", "There are no faces in the image. Should be at least 1.")
    assert matcher.match(put_capture(s3, "c-2")) is MatchOutcome.NO_FACE
    assert keys(s3) == []
    assert dynamodb.scan(TableName="encounters")["Count"] == 0


@pytest.mark.parametrize("status", [CaseStatus.RESOLVED, CaseStatus.REMOVED])
def test_closed_case_is_not_matched(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, status: CaseStatus
) -> None:
    put_case(dynamodb, status=status)
    gallery.answers(("namus:MP900101:910101", 99.9), ("namus:MP-nobody:1", 99.9))
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.NO_CANDIDATE
    assert keys(s3) == []
    assert encounters_in(dynamodb) == []


def test_match_below_alert_threshold_is_for_review_only(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers(("namus:MP900101:910101", 96.99))
    matcher.match(put_capture(s3, "c-1"))
    [encounter] = encounters_in(dynamodb)
    assert "alert" not in encounter
    gallery.answers(("namus:MP900101:910101", 99.0))
    matcher.match(put_capture(s3, "c-2", at="03:00:30"))
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert"] == "sent"
    assert set(encounter["sightings"]) == {"c-1", "c-2"}


@pytest.mark.parametrize(
    ("second", "encounters"),
    [("03:09:59", 1), ("03:10:00", 2), ("02:50:01", 1), ("02:50:00", 2)],
    ids=["within", "after", "out of order", "long before"],
)
def test_window_is_measured_by_the_captures_own_time(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, second: str, encounters: int
) -> None:
    for capture_id, at in (("c-1", "03:00:00"), ("c-2", second)):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, capture_id, at=at))
    assert len(encounters_in(dynamodb)) == encounters


def test_another_camera_opens_another_encounter(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    for camera in ("cam-01", "cam-02"):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, "c-1", camera=camera))
    assert {encounter["camera"] for encounter in encounters_in(dynamodb)} == {"cam-01", "cam-02"}


def test_only_the_nearest_case_of_a_sighting_alerts(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, topic: Topic
) -> None:
    put_case(dynamodb, case=OTHER)
    gallery.answers(("fbi:a1:1", 99.5), ("namus:MP900101:910101", 99.9))
    matcher.match(put_capture(s3, "c-1"))
    [encounter] = encounters_in(dynamodb)
    assert (encounter["case_id"], encounter["alert"]) == ("namus:MP900101", "sent")
    assert encounter["sightings"]["c-1"]["others"] == [{"case_id": "fbi:a1", "similarity": 99.5}]
    assert len(topic.messages()) == 1
    assert len(keys(s3)) == 1


def test_former_runner_up_alerts_when_it_is_the_nearest(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    put_case(dynamodb, case=OTHER)
    gallery.answers(("namus:MP900101:910101", 98), ("fbi:a1:1", 97.5))
    matcher.match(put_capture(s3, "c-1", picture=b"first"))
    gallery.answers(("fbi:a1:1", 98), ("namus:MP900101:910101", 97.5))
    matcher.match(put_capture(s3, "c-2", picture=b"second"))
    # The two sightings of the track disagree, so neither case alerts.
    assert {each["case_id"]: each.get("alert") for each in encounters_in(dynamodb)} == {
        "namus:MP900101": None,
        "fbi:a1": None,
    }
    gallery.answers(("fbi:a1:1", 81))
    matcher.match(put_capture(s3, "c-3", picture=b"third"))
    assert {each["case_id"]: each.get("alert") for each in encounters_in(dynamodb)} == {
        "namus:MP900101": None,
        "fbi:a1": "sent",
    }


@pytest.mark.parametrize(
    ("second", "more", "alerts"),
    [
        (80.0, {}, 1),
        (79.9, {}, 0),
        (98.9, {"track": "t-2"}, 0),
        (98.9, {"camera": "cam-02"}, 0),
        (80.0, {"at": "02:59:58"}, 1),
        (98.9, {"picture": b"first"}, 0),
    ],
    ids=["agrees", "too unlike", "another passer-by", "another camera", "taken before", "the same picture"],
)
def test_second_sighting_of_the_track_corroborates(
    matcher: Matcher, gallery: Gallery, s3: S3Client, topic: Topic, second: float, more: Any, alerts: int
) -> None:
    gallery.answers(("namus:MP900101:910101", 97))
    matcher.match(put_capture(s3, "c-1", picture=b"first"))
    assert topic.messages() == []
    gallery.answers(*([("namus:MP900101:910101", second)] if second >= 80 else []))
    matcher.match(put_capture(s3, "c-2", **{"picture": b"second", **more}))
    assert len(topic.messages()) == alerts


def test_second_photo_of_the_case_corroborates(matcher: Matcher, gallery: Gallery, s3: S3Client, topic: Topic) -> None:
    gallery.answers(("namus:MP900101:910101", 97), ("namus:MP900101:910103", 80))
    matcher.match(put_capture(s3, "c-1"))
    assert len(topic.messages()) == 1


@pytest.mark.parametrize(
    ("similarity", "more", "waits"),
    [(97, {}, True), (97, {"final": "true"}, False), (99, {}, False), (96.9, {}, False)],
    ids=["waits", "last of its track", "alone enough", "for review"],
)
def test_sighting_waits_only_for_what_may_come(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, similarity: float, more: dict[str, Any],
    waits: bool,
) -> None:  # fmt: skip
    gallery.answers(("namus:MP900101:910101", similarity))
    matcher.match(put_capture(s3, "c-1", **{"received-at": "2026-11-23T03:00:01.000Z", **more}))
    [encounter] = encounters_in(dynamodb)
    expected = "2026-11-23T03:00:06.000Z" if waits else None
    assert encounter["sightings"]["c-1"].get("waits_until") == expected


def test_redelivered_event_changes_nothing(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers(("namus:MP900101:910101", 99))
    key = put_capture(s3, "c-1")
    matcher.match(key)
    before = encounters_in(dynamodb)
    assert matcher.match(key) is MatchOutcome.GONE
    gallery.answers(("namus:MP900101:910101", 99))
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.CANDIDATE
    assert encounters_in(dynamodb) == before


@pytest.mark.parametrize("step", ["put_object", "publish_batch", "delete_object"])
def test_redelivery_and_sweep_recover_from_a_crash(
    matcher: Matcher,
    gallery: Gallery,
    s3: S3Client,
    dynamodb: DynamoDBClient,
    topic: Topic,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    key = put_capture(s3, "c-1")
    client: Any = topic.sns if step == "publish_batch" else s3
    with monkeypatch.context() as crash:
        crash.setattr(client, step, _crash)
        gallery.answers(("namus:MP900101:910101", 99))
        with pytest.raises(SystemError):
            matcher.match(key)
    gallery.answers(("namus:MP900101:910101", 99))
    assert matcher.match(key) is MatchOutcome.CANDIDATE
    clock.advance(minutes=1)
    notifier = matcher.notifier()
    for alert_id in list(notifier.states.overdue(now=clock())):
        notifier.notify(alert_id)
    [encounter] = encounters_in(dynamodb)
    assert [message["alert_id"] for message in topic.messages()] == [encounter["encounter_id"]]
    assert keys(s3) == [f"encounters/{encounter['encounter_id']}/c-1.jpg"]


def _crash(**_: Any) -> None:
    raise SystemError("crash made by the test")


NO_BYTES = (
    "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'image.bytes' failed to "
    "satisfy constraint: Member must have length greater than or equal to 1"
)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidImageFormatException", "Request has invalid image format"),
        ("ImageTooLargeException", "Image size is too large"),
        ("InvalidParameterException", "Request has invalid parameters"),  # a side under 80 px
        ("ValidationException", NO_BYTES),
    ],
)
def test_unreadable_picture_is_quarantined_with_reason(
    matcher: Matcher, gallery: Gallery, s3: S3Client, code: str, message: str
) -> None:
    gallery.refuses(code, message)
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.QUARANTINED
    [key] = keys(s3)
    assert key == "quarantine/captures/cam-01/.stored/2026-11-23/c-1.jpg"
    assert s3.head_object(Bucket="detection", Key=key)["Metadata"]["reason"] == f"{code}: {message}"


def test_empty_object_is_quarantined_unsearched(matcher: Matcher, s3: S3Client) -> None:
    s3.put_object(Bucket="detection", Key="captures/cam-01/x.jpg", Body=b"")
    assert matcher.match("captures/cam-01/x.jpg") is MatchOutcome.QUARANTINED
    [key] = keys(s3)
    assert s3.head_object(Bucket="detection", Key=key)["Metadata"]["reason"] == "the object is empty"


def test_malformed_metadata_is_quarantined_unsearched(matcher: Matcher, s3: S3Client) -> None:
    s3.put_object(Bucket="detection", Key="captures/cam-01/x.jpg", Body=b"", Metadata={"confidence": "noon"})
    assert matcher.match("captures/cam-01/x.jpg") is MatchOutcome.QUARANTINED
    [key] = keys(s3)
    assert "noon" in s3.head_object(Bucket="detection", Key=key)["Metadata"]["reason"]


@pytest.mark.parametrize("code", ["ThrottlingException", "InvalidParameterException", "ValidationException"])
def test_other_errors_keep_the_capture_for_redelivery(
    matcher: Matcher, gallery: Gallery, s3: S3Client, code: str
) -> None:
    matcher.rekognition.meta.events.unregister("needs-retry.rekognition")
    gallery.refuses(code, "The collection id is odd.")
    key = put_capture(s3, "c-1")
    with pytest.raises(ClientError, match=code):
        matcher.match(key)
    assert keys(s3) == [key]


def test_capture_survives_if_its_encounter_was_deleted(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers(("namus:MP900101:910101", 99))
    matcher.match(put_capture(s3, "c-1"))
    [encounter] = encounters_in(dynamodb)
    dynamodb.delete_item(TableName="encounters", Key=encounter_key(encounter["encounter_id"]))
    gallery.answers(("namus:MP900101:910101", 99))
    key = put_capture(s3, "c-2")
    with pytest.raises(EncounterGoneError):
        matcher.match(key)
    assert key in keys(s3)


@pytest.mark.parametrize(
    ("picture", "image"),
    [
        (b"picture", {"Bytes": b"picture"}),
        # Too large for a request to Rekognition.
        (b"x" * 5_242_881, {"S3Object": {"Bucket": "detection", "Name": "captures/cam-01/.stored/2026-11-23/c-1.jpg"}}),
    ],
)
def test_search_uses_the_picture_and_the_review_threshold(
    picture: bytes, image: dict[str, Any], matcher: Matcher, gallery: Gallery, s3: S3Client
) -> None:
    key = put_capture(s3, "c-1", picture=picture)
    expected = {
        "CollectionId": "faces",
        "Image": image,
        "FaceMatchThreshold": 80,
        "MaxFaces": ANY,
        "QualityFilter": "NONE",
    }
    gallery.stubber.add_response("search_faces_by_image", {"FaceMatches": []}, expected)
    assert matcher.match(key) is MatchOutcome.NO_CANDIDATE


def test_cameras_own_thresholds_decide_its_matches(
    gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, notifier: Notifier
) -> None:
    policy = msgspec.structs.replace(POLICY, by_camera={"cam-07": Thresholds(60, 70, 70)})
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, policy)
    matches = [{"Similarity": 75.0, "Face": {"ExternalImageId": "namus:MP900101:910101"}}]
    expected = {"CollectionId": ANY, "Image": ANY, "FaceMatchThreshold": 60, "MaxFaces": ANY, "QualityFilter": ANY}
    gallery.stubber.add_response("search_faces_by_image", {"FaceMatches": matches}, expected)
    gallery.answers(("namus:MP900101:910101", 75.0))
    assert matcher.match(put_capture(s3, "c-1", camera="cam-07")) is MatchOutcome.CANDIDATE
    assert matcher.match(put_capture(s3, "c-2", camera="cam-01")) is MatchOutcome.NO_CANDIDATE
    [encounter] = encounters_in(dynamodb)
    assert (encounter["camera"], encounter["alert"]) == ("cam-07", "sent")


def test_each_search_counts_the_best_score_of_its_camera(
    gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, notifier: Notifier
) -> None:
    scores: list[tuple[str, float | None]] = []
    matcher = matcher_of(
        s3, gallery.client, dynamodb, notifier, POLICY, record_score=lambda *score: scores.append(score)
    )
    put_case(dynamodb, msgspec.structs.replace(MARLOWE, case_id="namus:MP2"), status=CaseStatus.RESOLVED)
    gallery.answers(("namus:MP900101:910101", 91.5), ("namus:MP900101:910102", 88.0), ("namus:MP2:1", 99.0))
    matcher.match(put_capture(s3, "c-1"))
    gallery.answers(("namus:MP2:1", 99.0))
    matcher.match(put_capture(s3, "c-2", camera="cam-02"))
    gallery.answers()
    matcher.match(put_capture(s3, "c-3", camera="cam-02"))
    assert scores == [("cam-01", 91.5), ("cam-02", None), ("cam-02", None)]


def test_searches_of_probes_and_searches_again_do_not_count(
    gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, notifier: Notifier
) -> None:
    scores: list[tuple[str, float | None]] = []
    matcher = matcher_of(
        s3, gallery.client, dynamodb, notifier, POLICY, record_score=lambda *score: scores.append(score)
    )
    gallery.answers(("namus:MP900101:910101", 91.5))
    matcher.match(put_capture(s3, "c-1", camera="homeward-probe"))
    key = put_capture(s3, "c-2")
    head = s3.head_object(Bucket="detection", Key=key)["Metadata"]
    s3.put_object(Bucket="detection", Key=key, Body=b"x", Metadata={**head, "known-cases": "namus:MP2"})
    gallery.answers(("namus:MP900101:910101", 91.5))
    matcher.match(key)
    assert scores == []


def test_failed_picture_copy_does_not_repeat_the_alert(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, topic: Topic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://s3")

    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    key = put_capture(s3, "c-1")
    s3.meta.events.register("before-send.s3.PutObject", fail)
    gallery.answers(("namus:MP900101:910101", 99))
    with pytest.raises(EndpointConnectionError):
        matcher.match(key)
    s3.meta.events.unregister("before-send.s3.PutObject", fail)
    gallery.answers(("namus:MP900101:910101", 99))
    assert matcher.match(key) is MatchOutcome.CANDIDATE
    [encounter] = encounters_in(dynamodb)
    assert keys(s3) == [encounter["sightings"]["c-1"]["key"]]
    assert [message["alert_id"] for message in topic.messages()] == [encounter["encounter_id"]]


def test_picture_is_the_one_that_was_searched(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    s3.put_bucket_versioning(Bucket="detection", VersioningConfiguration={"Status": "Enabled"})
    key = put_capture(s3, "c-1", picture=b"searched")

    def overwrite(**_: Any) -> None:
        s3.put_object(Bucket="detection", Key=key, Body=b"put during the search")

    gallery.client.meta.events.register("provide-client-params", overwrite)
    gallery.answers(("namus:MP900101:910101", 99))
    matcher.match(key)
    [encounter] = encounters_in(dynamodb)
    kept = s3.get_object(Bucket="detection", Key=encounter["sightings"]["c-1"]["key"])
    assert kept["Body"].read() == b"searched"
    assert kept["Metadata"]["sha256"] == hashlib.sha256(b"searched").hexdigest()
    # The other capture still waits for its own search.
    assert s3.get_object(Bucket="detection", Key=key)["Body"].read() == b"put during the search"


def test_deleted_capture_leaves_no_version(matcher: Matcher, gallery: Gallery, s3: S3Client) -> None:
    s3.put_bucket_versioning(Bucket="detection", VersioningConfiguration={"Status": "Enabled"})
    gallery.answers()
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.NO_CANDIDATE
    assert list(versions_under(s3, bucket="detection", prefix="")) == []


@pytest.mark.parametrize("size", [5_242_881, 15_728_641])
def test_large_object_is_bounded(matcher: Matcher, gallery: Gallery, s3: S3Client, size: int) -> None:
    key = put_capture(s3, "c-1", picture=b"x" * size)
    if size < 15_728_640:
        gallery.answers()
        assert matcher.match(key) is MatchOutcome.NO_CANDIDATE
    else:
        assert matcher.match(key) is MatchOutcome.QUARANTINED
        assert "15728641 bytes" in s3.head_object(Bucket="detection", Key=f"quarantine/{key}")["Metadata"]["reason"]
