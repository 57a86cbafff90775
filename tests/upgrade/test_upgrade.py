"""The last release, deployed and filled, then upgraded: nothing is lost, and everything goes on.

The tests build on each other, as the days after an upgrade do.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from homeward.failure_queues import failure_queues
from lambdas.encounters.encounter import reply_code
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import CASE, OTHER_CASE, OTHER_PERSON, PERSON, face_message, jpeg
from tests.upgrade.steps import DEEPLENS, stateful_ids

if TYPE_CHECKING:
    from tests.end_to_end.deployed_agency import DeployedAgency
    from tests.upgrade.conftest import Upgraded

pytestmark = pytest.mark.xdist_group("upgrade")


def posted(agency: DeployedAgency, camera: str) -> list[str]:
    """List the ids of the alerts about a camera that the webhook of the agency got."""
    documents = [json.loads(post.body) for post in agency.web.posts]
    return [document["alert_id"] for document in documents if document.get("camera") == camera]


def sightings(agency: DeployedAgency, camera: str) -> set[str]:
    return {capture_id for encounter in agency.encounters_at(camera) for capture_id in encounter["sightings"]}


def in_flight(agency: DeployedAgency, queue: str) -> int:
    """Count the messages of a queue that a function has received, and neither handled nor given back."""
    sqs = agency.deployment.client("sqs")
    [url] = [url for url in sqs.list_queues()["QueueUrls"] if queue in url and "DeadLetters" not in url]
    name = "ApproximateNumberOfMessagesNotVisible"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def test_nothing_with_data_is_replaced(upgraded: Upgraded) -> None:
    after = stateful_ids(upgraded.agency.cloud, upgraded.agency.deployment)
    assert {name: after.get(name) for name in upgraded.kept} == upgraded.kept
    assert upgraded.replaced == []


def test_old_photo_still_matches(upgraded: Upgraded) -> None:
    assert upgraded.agency.watch.gallery() == {"cases": 2, "photos": 2, "faces": 2, "without_face": 0, "pending": 0}
    (picture := upgraded.folder / "picture.jpg").write_bytes(jpeg(PERSON[2]))
    options = ["--agency-file", str(upgraded.folder / "after.toml"), "--json"]
    [found] = json.loads(upgraded.agency.homeward("search", str(picture), *options).stdout)["candidates"]
    assert found["case_id"] == CASE


def test_receipts_that_waited_confirm_their_alert(upgraded: Upgraded) -> None:
    agency = upgraded.agency
    [encounter] = wait_until(
        "the confirmation", lambda: [e for e in agency.encounters_at("cam-01") if e["alert"] == "sent"]
    )
    assert encounter["encounter_id"] == upgraded.encounter_id
    assert posted(agency, "cam-01") == [upgraded.encounter_id]


def test_captures_during_the_deployment_are_not_lost(upgraded: Upgraded) -> None:
    """The emulator ends a function that it updates. A capture that it was at is still queued, and comes again."""
    agency = upgraded.agency

    def left() -> set[str]:
        return set(upgraded.published) - sightings(agency, "cam-03")

    assert len(upgraded.published) >= 3
    wait_until("the captures", lambda: len(left()) <= in_flight(agency, "CaptureEvents"))
    stored = agency.watch.keys("DetectionBucket", "captures/cam-03/")
    assert left() <= {key.rpartition("/")[2].removesuffix(".jpg") for key in stored}
    wait_until("the alert", lambda: posted(agency, "cam-03"))
    assert len(posted(agency, "cam-03")) == len(set(posted(agency, "cam-03")))


def test_capture_event_of_the_old_rule_is_stored(upgraded: Upgraded) -> None:
    """Lambda retries an event for hours, also one from before the upgrade."""
    agency, message = upgraded.agency, face_message(jpeg(PERSON[2]), camera="cam-01")
    event = {**message, "thing": "cam-01", "client_id": "cam-01", "received_ms": 1795402801000}
    agency.cloud.client("lambda").invoke(
        FunctionName=agency.deployment["StoreCaptureFunction"], InvocationType="Event", Payload=json.dumps(event)
    )
    wait_until("the sighting", lambda: message["capture_id"] in sightings(agency, "cam-01"))


def test_alert_in_the_old_form_still_reaches_the_webhook(upgraded: Upgraded) -> None:
    """Stacks are deployed one after another, so functions of before publish to subscriptions of today."""
    agency = upgraded.agency
    document = json.dumps({"alert_id": "former", "camera": "former", "text": "Possible match, not verified"})
    agency.cloud.client("sns").publish(
        TopicArn=agency.deployment["AlertTopic"],
        Message=json.dumps({"default": "text", "sqs": document}),
        MessageStructure="json",
        MessageAttributes={"recipients": {"DataType": "String.Array", "StringValue": '["records"]'}},
    )
    wait_until("the alert", lambda: posted(agency, "former"))


def test_reply_to_an_old_alert_acknowledges_it(upgraded: Upgraded) -> None:
    agency, encounter_id = upgraded.agency, upgraded.encounter_id
    reply = {"originationNumber": "+15035550142", "messageBody": f"ACK {reply_code(encounter_id)}"}
    topic = agency.deployment["RepliesTopicArn"]
    agency.cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(reply))

    def acknowledged_by() -> str | None:
        return next(e.get("acknowledged_by") for e in agency.watch.encounters() if e["encounter_id"] == encounter_id)

    assert wait_until("the acknowledgment", acknowledged_by) == "desk"


def test_old_encounter_is_reviewed(upgraded: Upgraded) -> None:
    agency, encounter_id = upgraded.agency, upgraded.encounter_id
    assert encounter_id in agency.homeward("encounter", "list").stdout
    agency.homeward("encounter", "confirm", encounter_id, "--by", "Ada")
    [encounter] = [each for each in agency.watch.encounters() if each["encounter_id"] == encounter_id]
    assert (encounter["review"], encounter["case_id"]) == ("confirmed", CASE)
    assert agency.watch.keys("DetectionBucket", f"confirmed/{encounter_id}/")


def test_camera_of_before_still_alerts(upgraded: Upgraded) -> None:
    sent = upgraded.camera("cam-01").send_as_before(upgraded.release, OTHER_PERSON)
    assert sent.returncode == 0, sent.stderr
    agency = upgraded.agency
    wait_until("the alert", lambda: set(posted(agency, "cam-01")) - {upgraded.encounter_id})
    assert OTHER_CASE in {encounter["case_id"] for encounter in agency.encounters_at("cam-01")}


def test_registered_deeplens_still_alerts(upgraded: Upgraded) -> None:
    agency = upgraded.agency
    face = base64.b64encode(jpeg(PERSON[1])).decode()
    agency.publish(f"$aws/things/{DEEPLENS}/infer", {"face": face, "confidence": 0.93})
    wait_until("the alert", lambda: posted(agency, "lens-1"))


def test_migrated_camera_sends_what_waited_and_alerts(upgraded: Upgraded) -> None:
    agency, camera = upgraded.agency, upgraded.camera("cam-02")
    agency.homeward("camera", "migrate", "--all")
    sent = camera.send(OTHER_PERSON)
    assert sent.returncode == 0, sent.stderr
    wait_until("the alerts", lambda: len(posted(agency, "cam-02")) == 2)
    assert {encounter["case_id"] for encounter in agency.encounters_at("cam-02")} == {CASE, OTHER_CASE}
    agency.homeward("camera", "migrate", "cam-02", "--finish")


def test_next_sync_changes_nothing(upgraded: Upgraded) -> None:
    before = upgraded.agency.watch.scan("CasesTable")
    upgraded.agency.ingest()
    after = upgraded.agency.watch.scan("CasesTable")
    synced = {item["case_id"]: item.get("content_sha256") for item in before if item["record"] == "case"}
    assert {item["case_id"]: item.get("content_sha256") for item in after if item["record"] == "case"} == synced
    assert upgraded.agency.watch.gallery()["faces"] == 2


def test_failure_queues_are_empty(upgraded: Upgraded) -> None:
    """The last test: all of the above went through the queues."""
    deployment = upgraded.agency.deployment
    sqs = deployment.client("sqs")
    failed = {
        name: [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])]
        for name, url in failure_queues(deployment).items()
    }
    assert not any(failed.values()), failed
