"""`homeward queue`: count and retry messages that failed permanently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_device.wording.counts import counted
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, WRONG_USAGE
from homeward.failure_queues import (
    FAILED_ALERTS,
    count_failures,
    count_messages,
    failed_alerts,
    failure_queues,
    queue_attribute,
    retry_failed_alerts,
)
from homeward.listing import Listing
from homeward.options import AgencyOption, CsvOption, DryRunOption, JsonOption
from homeward.terminal import console, fail

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="Count and retry messages that failed permanently.")

_QUEUES = Listing(columns={"queue": "queue", "messages": "messages"}, whole=frozenset({"queue"}))
_DEAD_LETTERS, _CAPTURE_FAILURES = "DeadLetters", "CaptureFailures"


@app.command("list")
def list_queues(*, agency: AgencyOption, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """Count the messages in each failure queue, and the alerts that failed too often.

    Exit codes: 0 also if there are messages.

    Example:
        homeward queue list -a springfield-prod
    """
    deployment = connect(agency)
    counts = count_failures(deployment)
    if as_csv:
        rows = [{"queue": name, "messages": count} for name, count in counts.items()]
        _QUEUES.show(rows, as_json=as_json, as_csv=True)
        return
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
    invokes the function again, as AWS IoT does for a camera's message.
    FailedAlerts become due and are sent at once. The other queues cannot be
    redriven; read their messages.

    Example:
        homeward queue redrive PhotoEventsDeadLetters -a springfield-prod
    """
    deployment = connect(agency)
    if name == FAILED_ALERTS:
        _retry_alerts(deployment, dry_run=dry_run)
        return
    url = failure_queues(deployment).get(name)
    if url is None:
        raise fail(
            f"No queue named {name}. Queues: {', '.join([*failure_queues(deployment), FAILED_ALERTS])}", code=NOT_FOUND
        )
    if not name.endswith((_DEAD_LETTERS, _CAPTURE_FAILURES)):
        raise fail(f"{name} cannot be redriven. docs/agency-it/operations.md explains its messages.", code=WRONG_USAGE)
    if dry_run:
        console.print(f"would retry {counted(count_messages(deployment, url), 'message')}")
    elif name == _CAPTURE_FAILURES:
        console.print(f"{counted(_retry_captures(deployment, url), 'capture')} retried")
    else:
        sqs = deployment.client("sqs")
        sqs.start_message_move_task(SourceArn=queue_attribute(deployment, url, "QueueArn"))
        console.print(f"{name} returns to its source queue")


def _retry_alerts(deployment: Deployment, *, dry_run: bool) -> None:
    if dry_run:
        console.print(f"would retry {counted(len(failed_alerts(deployment)), 'alert')}")
    else:
        console.print(f"{counted(retry_failed_alerts(deployment), 'alert')} retried")


def _retry_captures(deployment: Deployment, url: str) -> int:
    """Retry each message that is in the queue now. One that fails again returns as a new message."""
    sqs, retried = deployment.client("sqs"), 0
    for _ in range(count_messages(deployment, url)):
        received = sqs.receive_message(
            QueueUrl=url, WaitTimeSeconds=1, MessageSystemAttributeNames=["SentTimestamp"]
        ).get("Messages", [])
        for message in received:
            _retry_capture(deployment, json.loads(message["Body"]), sent_ms=int(message["Attributes"]["SentTimestamp"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            retried += 1
    return retried


def _retry_capture(deployment: Deployment, failure: dict[str, Any], *, sent_ms: int) -> None:
    """Repeat the function's invocation, or make the one that the IoT rule could not make.

    Publishing the message again would hide which client sent it, and when.
    """
    event = failure.get("requestPayload") or {
        "payload": failure["base64OriginalPayload"],
        "thing": failure["topic"].split("/")[2],
        "client_id": failure["clientId"],
        "received_ms": sent_ms,
    }
    deployment.client("lambda").invoke(
        FunctionName=deployment["StoreCaptureFunction"], InvocationType="Event", Payload=json.dumps(event)
    )
