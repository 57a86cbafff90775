from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.homeward.conftest import Town

FUNCTION = "arn:aws:lambda:us-east-1:0:function:store"


class Recorder:
    """A client that takes whatever it is asked, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> None:
        self.asked.append(request)

    def publish(self, **request: Any) -> None:
        self.asked.append(request)


@pytest.fixture
def failures(aws: None) -> str:
    return str(boto3.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


def send(url: str, **failure: Any) -> None:
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(failure))


def test_the_queues_are_counted(deploy: Callable[..., Town], failures: str) -> None:
    send(failures, a=1)
    town = deploy({"CaptureFailuresUrl": failures})
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 1}
    assert town.run("queue", "list").stdout == "CaptureFailures: 1\n"


def test_captures_are_handed_over_again_as_they_came(deploy: Callable[..., Town], failures: str) -> None:
    functions, iot = Recorder(), Recorder()
    town = deploy({"CaptureFailuresUrl": failures}, **{"lambda": functions, "iot-data": iot})
    send(failures, requestContext={"functionArn": FUNCTION}, requestPayload={"capture_id": "c", "thing": "cam-01"})
    send(failures, topic="homeward/v1/cam-02/faces", base64OriginalPayload=base64.b64encode(b"{}").decode())
    assert town.run("queue", "redrive", "CaptureFailures", "--dry-run").stdout == "would try 2 messages again\n"
    assert functions.asked == []
    assert town.run("queue", "redrive", "CaptureFailures").stdout == "2 captures tried again\n"
    [invoked] = functions.asked
    assert (invoked["FunctionName"], invoked["InvocationType"]) == (FUNCTION, "Event")
    assert json.loads(invoked["Payload"]) == {"capture_id": "c", "thing": "cam-01"}
    assert iot.asked == [{"topic": "homeward/v1/cam-02/faces", "qos": 1, "payload": b"{}"}]
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 0}


def test_dead_letters_go_back_where_they_came_from(deploy: Callable[..., Town]) -> None:
    arn = "arn:aws:sqs:us-east-1:0:dead"
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_response("get_queue_attributes", {"Attributes": {"QueueArn": arn}})
        stubber.add_response("start_message_move_task", {"TaskHandle": "1"}, {"SourceArn": arn})
        town = deploy({"PhotoEventsDeadLettersUrl": "https://sqs.example/dead"}, sqs=sqs)
        result = town.run("queue", "redrive", "PhotoEventsDeadLetters")
        stubber.assert_no_pending_responses()
    assert result.exit_code == 0


@pytest.mark.parametrize(("name", "code"), [("NotifyFailures", 2), ("Nothing", 3)])
def test_what_cannot_be_redriven_is_refused(deploy: Callable[..., Town], failures: str, name: str, code: int) -> None:
    assert deploy({"NotifyFailuresUrl": failures}).run("queue", "redrive", name).exit_code == code
