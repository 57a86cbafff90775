"""`homeward queue`: what failed for good and waits for an operator, and another try for it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeward.options import NOT_FOUND, Agency, AsJson, DryRun, connect, console, fail

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="What failed for good and waits for an operator, and another try for it.")

_DEAD_LETTERS, _CAPTURE_FAILURES = "DeadLetters", "CaptureFailures"


@app.command("list")
def list_queues(*, agency: Agency, as_json: AsJson = False) -> None:
    """Count the messages that wait in each failure queue.

    Exit codes: 0 whatever there is.

    Example:
        homeward queue list -a springfield-prod
    """
    deployment = connect(agency)
    counts = {name: _waiting(deployment, url) for name, url in _queues(deployment).items()}
    if as_json:
        console.print_json(data=counts)
        return
    for name, count in counts.items():
        console.print(f"{name}: {count}")


@app.command()
def redrive(
    name: Annotated[str, typer.Argument(help="A queue as `homeward queue list` names it.")],
    *,
    agency: Agency,
    dry_run: DryRun = False,
) -> None:
    """Try again what failed, once its cause is removed.

    Dead letters go back to the queue that they come from. Messages of cameras
    that could not be stored are handed to the function again. The other queues
    are to be read, not redriven.

    Example:
        homeward queue redrive PhotoEventsDeadLetters -a springfield-prod
    """
    deployment = connect(agency)
    url = _queues(deployment).get(name)
    if url is None:
        raise fail(f"there is no queue {name}; there are {', '.join(_queues(deployment))}", code=NOT_FOUND)
    if not name.endswith((_DEAD_LETTERS, _CAPTURE_FAILURES)):
        raise fail(f"{name} cannot be redriven; docs/agency-it/operations.md says what its messages are for", code=2)
    if dry_run:
        console.print(f"would try {_waiting(deployment, url)} messages again")
    elif name == _CAPTURE_FAILURES:
        console.print(f"{_try_captures_again(deployment, url)} captures tried again")
    else:
        sqs = deployment.client("sqs")
        sqs.start_message_move_task(SourceArn=_attribute(deployment, url, "QueueArn"))
        console.print(f"{name} goes back to the queue that it comes from")


def _try_captures_again(deployment: Deployment, url: str) -> int:
    """Hand over each message that is there now; one that fails again comes back as a new one."""
    sqs, tried = deployment.client("sqs"), 0
    for _ in range(_waiting(deployment, url)):
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        for message in received:
            _hand_over(deployment, json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            tried += 1
    return tried


def _hand_over(deployment: Deployment, failure: dict[str, Any]) -> None:
    """A failure of the function has what it was invoked with; one of the IoT rule has what the camera published."""
    if "requestPayload" in failure:
        deployment.client("lambda").invoke(
            FunctionName=failure["requestContext"]["functionArn"],
            InvocationType="Event",
            Payload=json.dumps(failure["requestPayload"]),
        )
    else:
        payload = base64.b64decode(failure["base64OriginalPayload"])
        deployment.client("iot-data").publish(topic=failure["topic"], qos=1, payload=payload)


def _queues(deployment: Deployment) -> dict[str, str]:
    """Name and address of the failure queues, from the outputs of the stacks."""
    found = {
        name.removesuffix("Url"): url
        for name, url in deployment.outputs.items()
        if name.endswith("Url") and name != "LinksUrl"  # that one is the address of the links in alerts
    }
    return dict(sorted(found.items()))


def _waiting(deployment: Deployment, url: str) -> int:
    return int(_attribute(deployment, url, "ApproximateNumberOfMessages"))


def _attribute(deployment: Deployment, url: str, name: str) -> str:
    answer = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return str(answer["Attributes"][name])
