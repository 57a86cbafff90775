"""The messages that the topics of the local cloud sent, by a queue that subscribes to each topic."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import structlog
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.alerting.recipients import TopicChannel

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

_QUEUE = "local-inbox"
_POLL_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message. `channel` is sms, email, or document (webhooks and chat rooms)."""

    channel: str
    recipients: list[str]
    subject: str
    text: str
    sent_at: str


@dataclass
class Messages:
    """The messages so far, newest last. With a `file`, they survive the end of the inbox."""

    file: Path | None = None
    received: list[Message] = field(default_factory=list)
    _subscribed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            lines = self.file.read_text(encoding="utf-8").splitlines()
            self.received += [Message(**json.loads(line)) for line in lines]

    def follow(self) -> None:
        """Subscribe to new topics and receive messages, in a thread."""
        threading.Thread(target=self._poll, daemon=True).start()

    def _poll(self) -> None:
        while True:
            try:
                self._receive()
            except (BotoCoreError, ClientError) as error:  # the emulator starts, or was reset
                self._subscribed.clear()
                log.warning("no messages", reason=str(error))
            time.sleep(_POLL_S)

    def _receive(self) -> None:
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        url = sqs.create_queue(QueueName=_QUEUE)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for page in sns.get_paginator("list_topics").paginate():
            for topic in (found["TopicArn"] for found in page["Topics"]):
                if "-Alerts" in topic and topic not in self._subscribed:
                    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
                    self._subscribed.add(topic)
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for each in found:
                self.keep(_message(json.loads(each["Body"])))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    def keep(self, message: Message) -> None:
        """Add a message, and write it to the file."""
        self.received.append(message)
        if self.file:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(message)) + "\n")


def _message(envelope: dict[str, Any]) -> Message:
    attributes = {name: found["Value"] for name, found in envelope.get("MessageAttributes", {}).items()}
    names = json.loads(attributes.get("recipients", "[]"))
    return Message(
        channel=attributes.get("channel", TopicChannel.DOCUMENT),
        recipients=[name for name in names if name != "-"],
        subject=envelope.get("Subject") or "",
        text=envelope["Message"],
        sent_at=envelope["Timestamp"],
    )
