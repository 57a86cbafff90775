from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lambdas.common.keys import evidence_key
from local_cloud.demo.metrics import counted
from local_cloud.demo.watch import wait_until
from local_cloud.emulator.faults import Fault
from tests.end_to_end.conftest import CASE, OTHER_CASE, OTHER_PERSON, PERSON, Town, jpeg

if TYPE_CHECKING:
    from typing import Any


def searches(town: Town) -> int:
    """How many captures the match function has dealt with; it says nothing else of a bystander."""
    return sum(counted(town.deployment, "MatchLogGroup", "Captures").values())


def test_another_photo_of_the_person_alerts_once(town: Town) -> None:
    capture_id = town.send(jpeg(PERSON[1]), camera="gate-1")
    [text] = wait_until("the alert", lambda: town.alerts_at("gate-1"))
    [encounter] = town.encounters_at("gate-1")
    assert encounter["case_id"] == CASE
    assert encounter["sightings"][capture_id]["similarity"] >= 95
    assert text.startswith("POSSIBLE MATCH, NOT VERIFIED. Marlowe Exampleton, MP900501, male, age 37.")
    assert "Last seen 2021-02-27 Nowhere Falls, Oregon" in text
    assert "+15035550142" in text
    wait_until("the capture deleted", lambda: town.searched("gate-1", capture_id))
    kept = town.watch.keys("DetectionBucket", f"encounters/{encounter['encounter_id']}/")
    assert kept == [evidence_key(encounter["encounter_id"], capture_id)]


def test_fifty_captures_within_the_window_alert_once(town: Town) -> None:
    pictures = [jpeg(path, quality=quality) for path in PERSON[1:] for quality in range(70, 95)]
    sent = [town.send(picture, camera="gate-2") for picture in pictures]
    assert len(sent) == 50
    wait_until("50 sightings", lambda: sum(len(e["sightings"]) for e in town.encounters_at("gate-2")) == 50)
    [encounter] = town.encounters_at("gate-2")
    assert set(encounter["sightings"]) == set(sent)
    wait_until("every capture deleted", lambda: town.searched("gate-2", *sent))
    wait_until("the alert", lambda: town.alerts_at("gate-2"))
    assert len(town.alerts_at("gate-2")) == 1


def test_a_stranger_alerts_nobody_and_leaves_nothing(town: Town, stranger: bytes) -> None:
    before = searches(town)
    capture_id = town.send(stranger, camera="gate-3")
    wait_until("the search", lambda: searches(town) == before + 1)
    wait_until("the capture deleted", lambda: town.searched("gate-3", capture_id))
    assert not [key for key in town.watch.keys("DetectionBucket") if capture_id in key]
    assert town.encounters_at("gate-3") == []
    assert town.alerts_at("gate-3") == []
    log = town.deployment.client("logs").filter_log_events(logGroupName=town.deployment["MatchLogGroup"])
    assert not [event for event in log["events"] if capture_id in event["message"]]


def test_a_picture_without_a_face_is_a_normal_outcome(town: Town) -> None:
    def without_face() -> int:
        return counted(town.deployment, "MatchLogGroup", "CapturesWithoutFace").get("CapturesWithoutFace", 0)

    before = without_face()
    sky = np.tile(np.linspace(90, 250, 320, dtype=np.uint8)[:, None, None], (1, 320, 3))
    capture_id = town.send(bytes(cv2.imencode(".jpg", sky)[1].tobytes()), camera="gate-4")
    wait_until("the search", lambda: without_face() == before + 1)
    wait_until("the capture deleted", lambda: town.searched("gate-4", capture_id))


def test_a_message_that_is_delivered_twice_counts_once(town: Town) -> None:
    picture = jpeg(PERSON[2])
    capture_id = town.send(picture, camera="gate-5")
    wait_until("the alert", lambda: town.alerts_at("gate-5"))
    before = searches(town)
    assert town.send(picture, camera="gate-5", capture_id=capture_id) == capture_id
    wait_until("the second search", lambda: searches(town) == before + 1)
    [encounter] = town.encounters_at("gate-5")
    assert set(encounter["sightings"]) == {capture_id}
    assert len(town.alerts_at("gate-5")) == 1


def test_the_prototypes_message_is_understood(town: Town) -> None:
    face = base64.b64encode(jpeg(PERSON[1])).decode()
    town.publish("$aws/things/lens-1/infer", {"face": face, "confidence": 0.79})
    town.publish("$aws/things/lens-1/infer", {"face": face, "confidence": 0.93})
    wait_until("the alert", lambda: town.alerts_at("lens-1"))
    [encounter] = town.encounters_at("lens-1")
    assert len(encounter["sightings"]) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "homeward.face/9"}, "homeward.face/9"),
        ({"image": {"media_type": "image/jpeg", "encoding": "base64", "sha256": "0" * 64, "data": "AAAA"}}, "sha256"),
    ],
)
def test_a_broken_message_lands_in_the_failure_queue_with_its_reason(
    town: Town, change: dict[str, Any], reason: str
) -> None:
    sqs = town.deployment.client("sqs")
    capture_id = town.send(jpeg(PERSON[1]), camera="gate-6", **change)

    def failure() -> dict[str, Any] | None:
        url = town.deployment["CaptureFailuresUrl"]
        received = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in received.get("Messages", [])]
        return next((body for body in bodies if body["requestPayload"].get("capture_id") == capture_id), None)

    record = wait_until("the failure", failure)
    assert reason in record["responsePayload"]["errorMessage"]
    assert town.encounters_at("gate-6") == []


def test_an_alert_that_sns_refuses_is_sent_later(town: Town) -> None:
    with town.cloud.failing(Fault("sns", "Publish", times=99, status=400, code="Throttled")):
        town.send(jpeg(PERSON[1]), camera="gate-7")
        wait_until("the refusal", lambda: [e for e in town.encounters_at("gate-7") if "alert_error" in e])
        assert town.alerts_at("gate-7") == []
    wait_until("the sweep", lambda: town.alerts_at("gate-7"), timeout_s=150)
    assert len(town.alerts_at("gate-7")) == 1
    wait_until("the record", lambda: town.encounters_at("gate-7")[0]["alert"] == "sent")


def test_an_alert_whose_answer_was_lost_is_not_sent_twice(town: Town) -> None:
    with town.cloud.failing(Fault("sns", "Publish", times=99, status=500, after=True)):
        town.send(jpeg(PERSON[1]), camera="gate-8")
        wait_until("the alert", lambda: town.alerts_at("gate-8"))
        wait_until("its receipt", lambda: town.encounters_at("gate-8")[0]["alert"] == "sent")
    town.deployment.client("lambda").invoke(FunctionName=town.deployment["SweepFunction"])
    assert len(town.alerts_at("gate-8")) == 1


def test_a_closed_case_no_longer_matches(town: Town) -> None:
    faces = town.watch.faces()
    town.homeward("case", "close", OTHER_CASE)
    assert town.watch.faces() == faces - 1
    assert not [key for key in town.watch.keys("GalleryBucket", "photos/") if "MP900502" in key]
    before = searches(town)
    capture_id = town.send(jpeg(OTHER_PERSON), camera="gate-9")
    wait_until("the search", lambda: searches(town) == before + 1)
    wait_until("the capture deleted", lambda: town.searched("gate-9", capture_id))
    assert town.encounters_at("gate-9") == []
