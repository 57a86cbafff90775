"""`homeward queue`: count and retry messages that failed permanently."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, WRONG_USAGE
from homeward.failure_queues import count_messages, failure_queues, queue_attribute
from homeward.options import AgencyOption, DryRunOption, JsonOption
from homeward.terminal import console, fail

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="Count and retry messages that failed permanently.")

_DEAD_LETTERS, _CAPTURE_FAILURES = "DeadLetters", "CaptureFailures"


@app.command("list")
def list_queues(*, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Count the messages in each failure queue.

    Exit codes: 0 also if there are messages.

    Example:
        homeward queue list -a springfield-prod
    """
    deployment = connect(agency)
    counts = {name: count_messages(deployment, url) for name, url in failure_queues(deployment).items()}
    if as_json:
        console.print_json(data=counts)
        return
    for name, count in counts.items():
        console.print(f"{name}: {count}")


@app.command()
def redrive(
    name: Annotated[str, typer.Argument(help="A queue that `homeward queue list` shows.")],
    *,
    agency: AgencyOption,
    dry_run: DryRunOption = False,
) -> None:
    """Retry the messages of a failure queue. Fix the cause first.

    Dead letters return to their source queue. For CaptureFailures, the command
    invokes the function again, or publishes the camera's message again. The
    other queues cannot be redriven; read their messages.

    Example:
        homeward queue redrive PhotoEventsDeadLetters -a springfield-prod
    """
    deployment = connect(agency)
    url = failure_queues(deployment).get(name)
    if url is None:
        raise fail(f"No queue named {name}. Queues: {', '.join(failure_queues(deployment))}", code=NOT_FOUND)
    if not name.endswith((_DEAD_LETTERS, _CAPTURE_FAILURES)):
        raise fail(f"{name} cannot be redriven. docs/agency-it/operations.md explains its messages.", code=WRONG_USAGE)
    if dry_run:
        console.print(f"would retry {count_messages(deployment, url)} messages")
    elif name == _CAPTURE_FAILURES:
        console.print(f"{_retry_captures(deployment, url)} captures retried")
    else:
        sqs = deployment.client("sqs")
        sqs.start_message_move_task(SourceArn=queue_attribute(deployment, url, "QueueArn"))
        console.print(f"{name} returns to its source queue")


def _retry_captures(deployment: Deployment, url: str) -> int:
    """Retry each message that is in the queue now. One that fails again returns as a new message."""
    sqs, retried = deployment.client("sqs"), 0
    for _ in range(count_messages(deployment, url)):
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        for message in received:
            _retry_capture(deployment, json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            retried += 1
    return retried


def _retry_capture(deployment: Deployment, failure: dict[str, Any]) -> None:
    """Repeat the function's invocation, or the camera's publish if the IoT rule failed."""
    if "requestPayload" in failure:
        deployment.client("lambda").invoke(
            FunctionName=failure["requestContext"]["functionArn"],
            InvocationType="Event",
            Payload=json.dumps(failure["requestPayload"]),
        )
    else:
        payload = base64.b64decode(failure["base64OriginalPayload"])
        deployment.client("iot-data").publish(topic=failure["topic"], qos=1, payload=payload)
