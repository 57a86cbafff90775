from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

if TYPE_CHECKING:
    from collections.abc import Callable

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
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 1}
    assert town.run("queue", "list").stdout == "CaptureFailures: 1\n"


def test_redrive_repeats_the_invocation_or_the_publish(deploy: Callable[..., Town], failures: str) -> None:
    functions, iot = Recorder(), Recorder()
    town = deploy({"CaptureFailuresUrl": failures}, **{"lambda": functions, "iot-data": iot})
    send(failures, requestContext={"functionArn": FUNCTION}, requestPayload={"capture_id": "c", "thing": "cam-01"})
    send(failures, topic="homeward/v1/cam-02/faces", base64OriginalPayload=base64.b64encode(b"{}").decode())
    assert town.run("queue", "redrive", "CaptureFailures", "--dry-run").stdout == "would retry 2 messages\n"
    assert functions.requests == []
    assert town.run("queue", "redrive", "CaptureFailures").stdout == "2 captures retried\n"
    [invoked] = functions.requests
    assert (invoked["FunctionName"], invoked["InvocationType"]) == (FUNCTION, "Event")
    assert json.loads(invoked["Payload"]) == {"capture_id": "c", "thing": "cam-01"}
    assert iot.requests == [{"topic": "homeward/v1/cam-02/faces", "qos": 1, "payload": b"{}"}]
    assert json.loads(town.run("queue", "list", "--json").stdout) == {"CaptureFailures": 0}


def test_redrive_moves_dead_letters_to_their_source(deploy: Callable[..., Town]) -> None:
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
def test_other_queues_cannot_be_redriven(deploy: Callable[..., Town], failures: str, name: str, code: int) -> None:
    assert deploy({"NotifyFailuresUrl": failures}).run("queue", "redrive", name).exit_code == code
