from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import AlertState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.review_desk import Desk
    from tests.support.town import Town

FUNCTION = "arn:aws:lambda:us-east-1:0:function:store"


class Recorder:
    """A client that records requests."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> None:
        self.requests.append(request)

    def publish(self, **request: Any) -> None:
        self.requests.append(request)


@pytest.fixture
def failures(aws: None) -> str:
    return str(boto3.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


def send(url: str, **failure: Any) -> None:
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(failure))


def test_list_counts_messages(deploy: Callable[..., Town], failures: str) -> None:
    send(failures, a=1)
    town = deploy({"CaptureFailuresUrl": failures})
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 1, "FailedAlerts": 0}
    assert town.run("queue", "list").stdout == "CaptureFailures: 1\nFailedAlerts: 0\n"
    assert town.run("queue", "list", "--csv").stdout == "queue,messages\nCaptureFailures,1\nFailedAlerts,0\n"


def test_failed_alerts_are_counted_and_made_due_again(town: Town, desk: Desk) -> None:
    at = to_text(now())
    for name, state in (("e1", AlertState.FAILED), ("e2", AlertState.DUE), ("e3", AlertState.SENT)):
        desk.add_encounter(name, alert=state, alert_due_at=at, alert_attempts=12, alert_error="KeyError: 'x'")
    assert "1 of their alerts failed" in town.run("encounter", "list").stderr
    assert "KeyError: 'x'" in town.run("encounter", "show", "e1").stdout
    assert "FailedAlerts: 1\n" in town.run("queue", "list").stdout
    assert town.run("queue", "redrive", "FailedAlerts", "--dry-run").stdout == "would retry 1 alert\n"
    assert town.run("queue", "redrive", "FailedAlerts").stdout == "1 alert retried\n"
    retried = desk.encounter("e1")
    assert (retried.alert, retried.alert_attempts, retried.alert_error) == (AlertState.DUE, 0, None)
    assert desk.encounter("e2").alert_attempts == 12
    assert town.run("queue", "redrive", "FailedAlerts").stdout == "0 alerts retried\n"


def test_redrive_repeats_the_invocation_or_makes_the_missing_one(deploy: Callable[..., Town], failures: str) -> None:
    functions = Recorder()
    town = deploy({"CaptureFailuresUrl": failures, "StoreCaptureFunction": FUNCTION}, **{"lambda": functions})
    event = {"payload": "e30=", "thing": "town-dev_cam-01", "client_id": "town-dev_cam-01", "received_ms": 1}
    send(failures, requestPayload=event)
    undelivered = {"topic": "homeward/town-dev/town-dev_cam-02/faces", "clientId": "intruder"}
    send(failures, **undelivered, base64OriginalPayload="e30=")
    assert town.run("queue", "redrive", "CaptureFailures", "--dry-run").stdout == "would retry 2 messages\n"
    assert functions.requests == []
    assert town.run("queue", "redrive", "CaptureFailures").stdout == "2 captures retried\n"
    assert {(each["FunctionName"], each["InvocationType"]) for each in functions.requests} == {(FUNCTION, "Event")}
    first, second = sorted((json.loads(each["Payload"]) for each in functions.requests), key=lambda each: each["thing"])
    assert first == event
    received_ms = second.pop("received_ms")
    assert second == {"payload": "e30=", "thing": "town-dev_cam-02", "client_id": "intruder"}
    assert abs(received_ms - time.time() * 1000) < 60_000
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 0, "FailedAlerts": 0}


def test_redrive_moves_dead_letters_to_their_source(deploy: Callable[..., Town]) -> None:
    arn = "arn:aws:sqs:us-east-1:0:dead"
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_response("get_queue_attributes", {"Attributes": {"QueueArn": arn}})
        stubber.add_response("start_message_move_task", {"TaskHandle": "1"}, {"SourceArn": arn})
        town = deploy({"PhotoEventsDeadLettersUrl": "https://sqs.example/123456789012/dead"}, sqs=sqs)
        result = town.run("queue", "redrive", "PhotoEventsDeadLetters")
        stubber.assert_no_pending_responses()
    assert result.exit_code == 0


@pytest.mark.parametrize(("name", "code"), [("NotifyFailures", 2), ("Nothing", 3)])
def test_other_queues_cannot_be_redriven(deploy: Callable[..., Town], failures: str, name: str, code: int) -> None:
    assert deploy({"NotifyFailuresUrl": failures}).run("queue", "redrive", name).exit_code == code
