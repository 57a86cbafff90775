"""From a camera's message to the alert: matches, bystanders, redelivery, failures."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lambdas.common.keys import evidence_key
from lambdas.detection.capture import name_based_id
from lambdas.encounters.score_counts import read_scores
from local_cloud.demo.metrics import metric_sums
from local_cloud.demo.watch import wait_until
from local_cloud.emulator.faults import Fault
from tests.end_to_end.deployed_agency import CASE, OTHER_CASE, OTHER_PERSON, PERSON, DeployedAgency, jpeg

if TYPE_CHECKING:
    from typing import Any


def searches(agency: DeployedAgency) -> int:
    """Count the captures that the match function has searched. It logs nothing else about a bystander."""
    return sum(metric_sums(agency.deployment, "MatchLogGroup", "Captures").values())


def test_an_alert_whose_response_was_lost_is_not_repeated(agency: DeployedAgency) -> None:
    with agency.cloud.failing(Fault("sns", "PublishBatch", times=99, status=500, after=True)):
        agency.send(jpeg(PERSON[1]), camera="gate-8")
        wait_until("the alert", lambda: agency.alerts_at("gate-8"))
        wait_until("its receipt", lambda: agency.encounters_at("gate-8")[0]["alert"] == "sent")
    agency.deployment.client("lambda").invoke(FunctionName=agency.deployment["SweepFunction"])
    assert len(agency.alerts_at("gate-8")) == 1


@pytest.fixture(scope="module")
def refused_alert(agency: DeployedAgency) -> str:
    """The camera of an encounter whose alert SNS refused. The scheduled sweep retries it while other tests run."""
    camera = "gate-7"
    with agency.cloud.failing(Fault("sns", "PublishBatch", times=99, status=400, code="Throttled")):
        agency.send(jpeg(PERSON[1]), camera=camera)
        wait_until("the refusal", lambda: [e for e in agency.encounters_at(camera) if "alert_error" in e])
        assert agency.alerts_at(camera) == []
    return camera


@pytest.mark.usefixtures("refused_alert")
def test_another_photo_of_the_person_alerts_once(agency: DeployedAgency) -> None:
    capture_id = agency.send(jpeg(PERSON[1]), camera="gate-1")
    [text] = wait_until("the alert", lambda: agency.alerts_at("gate-1"))
    [encounter] = agency.encounters_at("gate-1")
    assert encounter["case_id"] == CASE
    assert encounter["sightings"][capture_id]["similarity"] >= 95
    assert text.startswith(
        "POSSIBLE MATCH, NOT VERIFIED. Marlowe Exampleton, MP900501, male, age 37 when missing in 2021 (about "
    )
    assert "Last seen Feb 27, 2021, Nowhere Falls, Oregon" in text
    assert "(503) 555-0142" in text
    wait_until("the capture deleted", lambda: agency.searched("gate-1", capture_id))
    kept = agency.watch.keys("DetectionBucket", f"encounters/{encounter['encounter_id']}/")
    assert kept == [evidence_key(encounter["encounter_id"], capture_id)]


def test_fifty_captures_in_one_window_alert_once(agency: DeployedAgency) -> None:
    pictures = [jpeg(path, quality=quality) for path in PERSON[1:] for quality in range(70, 95)]
    sent = [agency.send(picture, camera="gate-2") for picture in pictures]
    assert len(sent) == 50
    wait_until("50 sightings", lambda: sum(len(e["sightings"]) for e in agency.encounters_at("gate-2")) == 50)
    [encounter] = agency.encounters_at("gate-2")
    assert set(encounter["sightings"]) == set(sent)
    wait_until("every capture deleted", lambda: agency.searched("gate-2", *sent))
    wait_until("the alert", lambda: agency.alerts_at("gate-2"))
    assert len(agency.alerts_at("gate-2")) == 1


def test_a_stranger_causes_no_alert_and_leaves_no_trace(agency: DeployedAgency, stranger: bytes) -> None:
    before = searches(agency)
    capture_id = agency.send(stranger, camera="gate-3", track={"id": "passer-by-7"})
    wait_until("the search", lambda: searches(agency) == before + 1)
    wait_until("the capture deleted", lambda: agency.searched("gate-3", capture_id))
    assert not [key for key in agency.watch.keys("DetectionBucket") if capture_id in key]
    assert agency.encounters_at("gate-3") == []
    assert agency.alerts_at("gate-3") == []
    dynamodb, table = agency.deployment.client("dynamodb"), agency.deployment["EncountersTable"]
    counted = wait_until("the count", lambda: [d for d in read_scores(dynamodb, table=table) if d.camera == "gate-3"])
    assert [(day.searches, day.below) for day in counted] == [(1, 1)]
    hints = (capture_id, "passer-by-7", hashlib.sha256(stranger).hexdigest())
    assert [line for line in log_lines(agency) if any(hint in line for hint in hints)] == []


def log_lines(agency: DeployedAgency) -> list[str]:
    """Read every line of every log group."""
    logs = agency.deployment.client("logs")
    groups = [group for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    lines = [
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in page["events"]
    ]
    assert lines
    return lines


def test_a_picture_without_a_face_is_a_normal_outcome(agency: DeployedAgency) -> None:
    def without_face() -> int:
        return metric_sums(agency.deployment, "MatchLogGroup", "CapturesWithoutFace").get("CapturesWithoutFace", 0)

    before = without_face()
    sky = np.tile(np.linspace(90, 250, 320, dtype=np.uint8)[:, None, None], (1, 320, 3))
    capture_id = agency.send(bytes(cv2.imencode(".jpg", sky)[1].tobytes()), camera="gate-4")
    wait_until("the search", lambda: without_face() == before + 1)
    wait_until("the capture deleted", lambda: agency.searched("gate-4", capture_id))


def test_a_redelivered_message_counts_once(agency: DeployedAgency) -> None:
    picture = jpeg(PERSON[2])
    capture_id = agency.send(picture, camera="gate-5")
    wait_until("the alert", lambda: agency.alerts_at("gate-5"))
    before = agency.counted("CapturesRepeated")
    assert agency.send(picture, camera="gate-5", capture_id=capture_id) == capture_id
    wait_until("the repetition", lambda: agency.counted("CapturesRepeated") == before + 1)
    [encounter] = agency.encounters_at("gate-5")
    assert set(encounter["sightings"]) == {capture_id}
    assert len(agency.alerts_at("gate-5")) == 1


def test_prototype_message_of_a_registered_device_becomes_a_capture(agency: DeployedAgency) -> None:
    iot, dropped = agency.cloud.client("iot"), agency.counted("CapturesFromUnregisteredThings")
    iot.create_thing(thingName="deeplens_abc")
    agency.homeward("camera", "add", "lens-1", "--thing", "deeplens_abc", "--site", "Library")
    unsure, sure = (base64.b64encode(jpeg(picture)).decode() for picture in PERSON[1:])
    agency.publish("$aws/things/deeplens_abc/infer", {"face": unsure, "confidence": 0.79})
    agency.publish("$aws/things/deeplens_other/infer", {"face": sure, "confidence": 0.93})
    agency.publish("$aws/things/deeplens_abc/infer", {"face": sure, "confidence": 0.93})
    wait_until("the alert", lambda: agency.alerts_at("lens-1"))
    [encounter] = agency.encounters_at("lens-1")
    assert set(encounter["sightings"]) == {name_based_id("lens-1", jpeg(PERSON[2]))}, "not the unsure one"
    assert agency.encounters_at("deeplens_other") == []
    wait_until("the count", lambda: agency.counted("CapturesFromUnregisteredThings") == dropped + 1)
    agency.homeward("camera", "revoke", "lens-1")
    assert iot.describe_thing(thingName="deeplens_abc"), "the fleet has not created it, so it must not delete it"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "homeward.face/9"}, "homeward.face/9"),
        ({"image": {"media_type": "image/jpeg", "encoding": "base64", "sha256": "0" * 64, "data": "AAAA"}}, "sha256"),
    ],
)
def test_an_invalid_message_is_queued_with_the_reason(
    agency: DeployedAgency, change: dict[str, Any], reason: str
) -> None:
    sqs = agency.deployment.client("sqs")
    capture_id = agency.send(jpeg(PERSON[1]), camera="gate-6", **change)

    def failure() -> dict[str, Any] | None:
        url = agency.deployment["CaptureFailuresUrl"]
        received = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in received.get("Messages", [])]
        payloads = (base64.b64decode(body["requestPayload"]["payload"]).decode() for body in bodies)
        return next((body for body, text in zip(bodies, payloads, strict=True) if capture_id in text), None)

    record = wait_until("the failure", failure)
    assert reason in record["responsePayload"]["errorMessage"]
    assert agency.encounters_at("gate-6") == []


def test_a_closed_case_no_longer_matches(agency: DeployedAgency) -> None:
    faces = agency.watch.faces()
    # Names may hold what Rich reads as markup, and characters that nobody sees.
    assert "name Łukasz [/nosuch]" in " ".join(agency.homeward("case", "show", OTHER_CASE).stdout.split())
    assert f"{OTHER_CASE} (Łukasz [/nosuch])" in agency.homeward("case", "close", OTHER_CASE).stdout
    assert agency.watch.faces() == faces - 1
    assert not [key for key in agency.watch.keys("GalleryBucket", "photos/") if "MP900502" in key]
    before = searches(agency)
    capture_id = agency.send(jpeg(OTHER_PERSON), camera="gate-9")
    wait_until("the search", lambda: searches(agency) == before + 1)
    wait_until("the capture deleted", lambda: agency.searched("gate-9", capture_id))
    assert agency.encounters_at("gate-9") == []


def test_the_sweep_sends_a_refused_alert_later(agency: DeployedAgency, refused_alert: str) -> None:
    """The last test of the file, because the sweep takes up to two minutes."""
    wait_until("the sweep", lambda: agency.alerts_at(refused_alert), timeout_s=150)
    assert len(agency.alerts_at(refused_alert)) == 1
    wait_until("the record", lambda: agency.encounters_at(refused_alert)[0]["alert"] == "sent")
