"""The first alert of an encounter, which the matcher prepares in the transaction that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ReadTimeoutError

from lambdas.alerting.publish import AlertOutcome
from lambdas.alerting.recipients import Channel, Recipient
from lambdas.alerting.sweep import send_overdue
from lambdas.common.dynamodb import from_attributes
from lambdas.encounters.sms_budget import budget_key
from lambdas.encounters.table import encounter_key
from tests.support.matchers import matcher_of
from tests.support.notifiers import with_settings
from tests.support.stories import encounters_in
from tests.unit.lambdas.detection.captures import POLICY, put_capture

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic
    from tests.unit.lambdas.detection.captures import Gallery


def operations_of(client: Any) -> list[str]:
    """Record the names of the client's operations from now on, in order."""
    called: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    return called


def budget_of(dynamodb: DynamoDBClient) -> dict[str, Any]:
    key = encounter_key(budget_key("2026-11-23"))
    return from_attributes(dynamodb.get_item(TableName="encounters", Key=key)["Item"])


def items_in(dynamodb: DynamoDBClient) -> list[dict[str, Any]]:
    return [from_attributes(item) for item in dynamodb.scan(TableName="encounters")["Items"]]


def lose_answer(**_: Any) -> None:
    raise ReadTimeoutError(endpoint_url="http://sns")


def test_first_alert_is_prepared_with_its_encounter(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier
) -> None:
    lopez = Recipient(name="lopez", channel=Channel.EMAIL, language="es")
    notifier = with_settings(notifier, recipients=(*notifier.publisher.recipients, lopez))
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    gallery.answers(("namus:MP900101:910101", 99))
    key = put_capture(s3, "c-1")
    called = operations_of(dynamodb)
    matcher.match(key)
    # Read the context, open the encounter, send the alert, and mark it as sent.
    assert called == ["BatchGetItem", "TransactWriteItems", "TransactWriteItems", "UpdateItem"]
    [encounter] = encounters_in(dynamodb)
    assert budget_of(dynamodb)["texts"] == 1
    assert f"notice#{encounter['encounter_id']}#first#es" in list(notifier.states.overdue(now=notifier.now()))


def test_resent_first_alert_takes_its_texts_once(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic, clock: Clock
) -> None:
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    gallery.answers(("namus:MP900101:910101", 99))
    topic.sns.meta.events.register("before-call.sns.PublishBatch", lose_answer, unique_id="lost")
    matcher.match(put_capture(s3, "c-1"))
    topic.sns.meta.events.unregister("before-call.sns.PublishBatch", unique_id="lost")
    clock.advance(days=1)
    send_overdue(notifier, lambda _metric: None)
    assert topic.recipients() == [{"sms": ["phone"], "document": ["-"]}]
    budgets = [item["texts"] for item in items_in(dynamodb) if item["kind"] == "budget"]
    assert budgets == [1, 1], "the day's and the camera's share"


def test_used_up_sms_budget_still_alerts_by_email(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    mail = Recipient(name="mail", channel=Channel.EMAIL)
    notifier = with_settings(notifier, recipients=(*notifier.publisher.recipients, mail), sms_per_day=1)
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    for camera in ("cam-01", "cam-02"):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, f"of-{camera}", camera=camera))
    assert topic.recipients() == [
        {"sms": ["phone"], "email": ["mail"], "document": ["-"]},
        {"email": ["mail"], "document": ["-"]},
    ]
    assert budget_of(dynamodb)["texts"] == 1
    assert {encounter["alert"] for encounter in encounters_in(dynamodb)} == {"sent"}
    assert "notice#2026-11-23#budget#1" in list(notifier.states.overdue(now=notifier.now()))


def test_zero_sms_budget_alerts_no_phone(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    notifier = with_settings(notifier, sms_per_day=0)
    gallery.answers(("namus:MP900101:910101", 99))
    matcher_of(s3, gallery.client, dynamodb, notifier, POLICY).match(put_capture(s3, "c-1"))
    assert topic.recipients() == [{"document": ["-"]}]
    assert "notice#2026-11-23#budget#1" in list(notifier.states.overdue(now=notifier.now()))


def test_camera_that_alerts_too_often_leaves_the_rest_to_review(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    policy = msgspec.structs.replace(POLICY, first_alerts_per_hour=2)
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, policy)
    for number, at in enumerate(["01:00:00", "01:30:00", "02:00:00", "02:30:00"]):
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, f"c-{number}", at=at, picture=at.encode()))
    encounters = sorted(encounters_in(dynamodb), key=lambda each: next(iter(each["sightings"])))
    assert [encounter.get("alert") for encounter in encounters] == ["sent", "sent", None, None]
    assert {encounter["review"] for encounter in encounters} == {"open"}
    assert encounters[3]["muted"] == "this camera gave 2 first alerts in this hour"
    assert len(topic.messages()) == 2
    [notice] = [key for key in notifier.states.overdue(now=notifier.now()) if "flood" in key]
    assert notifier.notify(notice) is AlertOutcome.SENT
    assert topic.messages()[-1]["headline"].startswith(
        "Homeward: camera cam-01 at North Station sends more than one camera may"
    )
    gallery.answers(("namus:MP900101:910101", 99))
    matcher.match(put_capture(s3, "c-other", camera="cam-02"))
    assert topic.messages()[-1]["camera"] == "cam-02"


def test_camera_that_used_its_texts_still_alerts_by_email(
    s3: S3Client, dynamodb: DynamoDBClient, gallery: Gallery, notifier: Notifier, topic: Topic
) -> None:
    mail = Recipient(name="mail", channel=Channel.EMAIL)
    recipients = (*notifier.publisher.recipients, mail)
    notifier = with_settings(notifier, recipients=recipients, sms_per_day=4, sms_percent_per_camera=50)
    matcher = matcher_of(s3, gallery.client, dynamodb, notifier, POLICY)
    for camera, at in [("cam-01", "00:30:00"), ("cam-01", "01:00:00"), ("cam-01", "01:30:00"), ("cam-02", "02:00:00")]:
        gallery.answers(("namus:MP900101:910101", 99))
        matcher.match(put_capture(s3, f"of-{at}", at=at, camera=camera, picture=at.encode()))
    texted = [{"sms": ["phone"], "email": ["mail"], "document": ["-"]}]
    assert topic.recipients() == [*texted, *texted, {"email": ["mail"], "document": ["-"]}, *texted]
    assert budget_of(dynamodb)["texts"] == 3
    assert "notice#cam-01#flood#2026-11-23" in list(notifier.states.overdue(now=notifier.now()))
