from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import ANY, Stubber

from lambdas.alerting.recipients import Channel, Recipient
from lambdas.cases.case import CaseStatus, PhotoKind
from lambdas.common.dynamodb import from_attributes
from lambdas.detection.match import Matcher, MatchOutcome
from lambdas.detection.placement import EncounterGoneError
from lambdas.encounters.policy import Policy, Thresholds
from lambdas.encounters.sms_budget import budget_key
from lambdas.encounters.table import encounter_key
from tests.support.matchers import matcher_of
from tests.support.notifiers import with_settings
from tests.support.stories import MARLOWE, encounters_in, put_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic


POLICY = Policy(kinds={PhotoKind.ARTIST: Thresholds(90, 99)}, minors=Thresholds(85, 97))


class Gallery:
    """Rekognition's answers, one for each search that the test expects."""

    def __init__(self) -> None:
        self.client = boto3.client("rekognition", region_name="us-east-1")
        self.stubber = Stubber(self.client)

    def answers(self, *matches: tuple[str, float]) -> None:
        faces = [{"Similarity": similarity, "Face": {"ExternalImageId": image}} for image, similarity in matches]
        self.stubber.add_response("search_faces_by_image", {"FaceMatches": faces})

    def refuses(self, code: str, message: str) -> None:
        self.stubber.add_client_error("search_faces_by_image", code, message, http_status_code=400)


@pytest.fixture
def gallery(aws: None) -> Iterator[Gallery]:
    gallery = Gallery()
    with gallery.stubber:
        yield gallery
        gallery.stubber.assert_no_pending_responses()


@pytest.fixture
def matcher(s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier) -> Matcher:
    return matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)


def put_capture(
    s3: S3Client, capture_id: str, at: str = "03:00:00", camera: str = "cam-01", picture: bytes = b"picture"
) -> str:
    key = f"captures/{camera}/2026-11-23/{capture_id}.jpg"
    metadata = {"capture-id": capture_id, "camera": camera, "captured-at": f"2026-11-23T{at}.000Z", "track": "t-1"}
    s3.put_object(Bucket="detection", Key=key, Body=picture, Metadata=metadata)
    return key


def keys(s3: S3Client) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="detection").get("Contents", [])]


def test_a_match_becomes_an_encounter_with_its_evidence_and_alerts_at_once(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, topic: Topic
) -> None:
    gallery.answers(("namus:MP900101:910101", 96.123), ("namus:MP900101:910102", 97.5))
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
            "similarity": 97.5,
            "captured_at": "2026-11-23T03:00:00.000Z",
            "key": evidence,
            "photo_id": "910102",
            "track": "t-1",
            "photos": 2,
            "alerting": True,
        }
    }


def test_nobodys_face_leaves_no_trace(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers()
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.NO_CANDIDATE
    gallery.refuses("InvalidParameterException", "There are no faces in the image. Should be at least 1.")
    assert matcher.match(put_capture(s3, "c-2")) is MatchOutcome.NO_FACE
    assert keys(s3) == []
    assert dynamodb.scan(TableName="encounters")["Count"] == 0


@pytest.mark.parametrize("status", [CaseStatus.RESOLVED, CaseStatus.REMOVED])
def test_a_case_that_is_not_open_matches_nobody(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, status: CaseStatus
) -> None:
    put_case(dynamodb, status=status)
    gallery.answers(("namus:MP900101:910101", 99.9), ("namus:MP-nobody:1", 99.9))
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.NO_CANDIDATE
    assert keys(s3) == []
    assert encounters_in(dynamodb) == []


def test_between_the_thresholds_it_is_for_review_only(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    gallery.answers(("namus:MP900101:910101", 94.99))
    matcher.match(put_capture(s3, "c-1"))
    [encounter] = encounters_in(dynamodb)
    assert "alert" not in encounter
    gallery.answers(("namus:MP900101:910101", 95.0))
    matcher.match(put_capture(s3, "c-2", at="03:00:30"))
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert"] == "sent"
    assert set(encounter["sightings"]) == {"c-1", "c-2"}


@pytest.mark.parametrize(
    ("second", "encounters"),
    [("03:09:59", 1), ("03:10:00", 2), ("02:50:01", 1), ("02:50:00", 2)],
    ids=["within", "after", "out of order", "long before"],
)
def test_the_window_is_compared_with_the_captures_own_time(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, second: str, encounters: int
) -> None:
    for capture_id, at in (("c-1", "03:00:00"), ("c-2", second)):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, capture_id, at=at))
    assert len(encounters_in(dynamodb)) == encounters


def test_another_camera_is_another_encounter(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    for camera in ("cam-01", "cam-02"):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, "c-1", camera=camera))
    assert {encounter["camera"] for encounter in encounters_in(dynamodb)} == {"cam-01", "cam-02"}


def test_two_cases_are_two_encounters(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    put_case(dynamodb, case=type(MARLOWE)(case_id="fbi:a1", source="fbi", source_id="a1"))
    gallery.answers(("namus:MP900101:910101", 99), ("fbi:a1:1", 90))
    matcher.match(put_capture(s3, "c-1"))
    found = {encounter["case_id"]: encounter.get("alert") for encounter in encounters_in(dynamodb)}
    assert found == {"namus:MP900101": "sent", "fbi:a1": None}
    assert len(keys(s3)) == 2


def test_a_redelivered_event_changes_nothing(
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


@pytest.mark.parametrize("step", ["copy_object", "publish", "delete_object"])
def test_a_crash_at_any_step_is_made_good_by_the_next_delivery_and_the_sweep(
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
    client: Any = topic.sns if step == "publish" else s3
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
    raise SystemError("the function was killed here")


def test_what_can_never_be_searched_is_quarantined_with_the_reason(
    matcher: Matcher, gallery: Gallery, s3: S3Client
) -> None:
    gallery.refuses("InvalidImageFormatException", "Request has invalid image format")
    assert matcher.match(put_capture(s3, "c-1")) is MatchOutcome.QUARANTINED
    [key] = keys(s3)
    assert key == "quarantine/captures/cam-01/2026-11-23/c-1.jpg"
    assert "invalid image format" in s3.head_object(Bucket="detection", Key=key)["Metadata"]["reason"]


def test_bad_metadata_is_quarantined_without_a_search(matcher: Matcher, s3: S3Client) -> None:
    s3.put_object(Bucket="detection", Key="captures/cam-01/x.jpg", Body=b"", Metadata={"captured-at": "noon"})
    assert matcher.match("captures/cam-01/x.jpg") is MatchOutcome.QUARANTINED
    [key] = keys(s3)
    assert "noon" in s3.head_object(Bucket="detection", Key=key)["Metadata"]["reason"]


@pytest.mark.parametrize("code", ["ThrottlingException", "InvalidParameterException"])
def test_any_other_refusal_keeps_the_capture_for_the_next_delivery(
    matcher: Matcher, gallery: Gallery, s3: S3Client, code: str
) -> None:
    matcher.rekognition.meta.events.unregister("needs-retry.rekognition")
    gallery.refuses(code, "The collection id is odd.")
    key = put_capture(s3, "c-1")
    with pytest.raises(ClientError, match=code):
        matcher.match(key)
    assert keys(s3) == [key]


def test_a_capture_is_not_lost_with_an_encounter_that_was_deleted_by_hand(
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
        # More than Rekognition takes with a request.
        (b"x" * 5_242_881, {"S3Object": {"Bucket": "detection", "Name": "captures/cam-01/2026-11-23/c-1.jpg"}}),
    ],
)
def test_a_search_is_for_the_picture_at_the_review_threshold(
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


def test_who_was_told_is_not_told_again_where_the_picture_came_late(
    matcher: Matcher, gallery: Gallery, s3: S3Client, dynamodb: DynamoDBClient, topic: Topic
) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://s3")

    key = put_capture(s3, "c-1")
    s3.meta.events.register("before-send.s3.CopyObject", fail)
    gallery.answers(("namus:MP900101:910101", 99))
    with pytest.raises(EndpointConnectionError):
        matcher.match(key)
    s3.meta.events.unregister("before-send.s3.CopyObject", fail)
    gallery.answers(("namus:MP900101:910101", 99))
    assert matcher.match(key) is MatchOutcome.CANDIDATE
    [encounter] = encounters_in(dynamodb)
    assert keys(s3) == [encounter["sightings"]["c-1"]["key"]]
    assert [message["alert_id"] for message in topic.messages()] == [encounter["encounter_id"]]


def operations_of(client: Any) -> list[str]:
    """The names of the operations that the client is called for from now on, in their order."""
    called: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    return called


def budget_of(dynamodb: DynamoDBClient) -> dict[str, Any]:
    key = encounter_key(budget_key("2026-11-23"))
    return from_attributes(dynamodb.get_item(TableName="encounters", Key=key)["Item"])


def test_what_a_first_alert_needs_is_written_with_its_encounter(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier
) -> None:
    lopez = Recipient(name="lopez", channel=Channel.EMAIL, language="es")
    notifier = with_settings(notifier, recipients=(*notifier.publisher.recipients, lopez))
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    gallery.answers(("namus:MP900101:910101", 99))
    key = put_capture(s3, "c-1")
    called = operations_of(dynamodb)
    matcher.match(key)
    # One read, one write, then the alert, and that it is out.
    assert called == ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    [encounter] = encounters_in(dynamodb)
    assert budget_of(dynamodb)["alerts"] == {encounter["encounter_id"]}
    assert f"notice#{encounter['encounter_id']}#first#es" in list(notifier.states.overdue(now=notifier.now()))


def test_without_text_messages_left_an_encounter_is_opened_and_the_others_hear_of_it(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    mail = Recipient(name="mail", channel=Channel.EMAIL)
    notifier = with_settings(notifier, recipients=(*notifier.publisher.recipients, mail), sms_per_day=1)
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    for camera in ("cam-01", "cam-02"):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, f"of-{camera}", camera=camera))
    names = [json.loads(attributes["recipients"]["Value"]) for attributes in topic.attributes()]
    assert names == [["phone", "mail"], ["mail"]]
    assert budget_of(dynamodb)["texts"] == 1
    assert {encounter["alert"] for encounter in encounters_in(dynamodb)} == {"sent"}
    assert "notice#2026-11-23#budget#1" in list(notifier.states.overdue(now=notifier.now()))


def test_more_telephones_than_a_day_has_text_messages_are_left_out(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    notifier = with_settings(notifier, sms_per_day=0)
    gallery.answers(("namus:MP900101:910101", 99))
    matcher_of(s3, gallery.client, dynamodb, notifier, POLICY).match(put_capture(s3, "c-1"))
    assert [json.loads(attributes["recipients"]["Value"]) for attributes in topic.attributes()] == [["-"]]
    assert "notice#2026-11-23#budget#1" in list(notifier.states.overdue(now=notifier.now()))
