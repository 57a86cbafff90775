"""The SNS topic of the unit tests, with a queue that receives what it publishes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3

from lambdas.alerting.wiring import topic_client


@dataclass(frozen=True, kw_only=True)
class Published:
    """One message of the topic, with its attributes."""

    alert_id: str
    channel: str
    channels: list[str]
    recipients: list[str]
    text: str
    subject: str | None


class Topic:
    """The SNS topic, observed through a queue that gets every message."""

    def __init__(self) -> None:
        self.sns = topic_client()
        self.arn = self.sns.create_topic(Name="alerts")["TopicArn"]
        sqs = boto3.client("sqs")
        self.queue = sqs.create_queue(QueueName="phone")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=arn)
        self.sqs = sqs
        self._received: list[Published] = []

    def messages(self) -> list[dict[str, Any]]:
        """The documents of the alerts so far."""
        return [json.loads(each.text) for each in self.published() if each.channel == "document"]

    def recipients(self) -> list[dict[str, list[str]]]:
        """The recipients of each alert so far, by channel."""
        found: dict[str, dict[str, list[str]]] = {}
        for each in self.published():
            found.setdefault(each.alert_id, {})[each.channel] = each.recipients
        return list(found.values())

    def published(self) -> list[Published]:
        """The messages so far, in their order."""
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                self._received.append(_read(json.loads(message["Body"])))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return self._received


def _read(envelope: dict[str, Any]) -> Published:
    values = {name: attribute["Value"] for name, attribute in envelope["MessageAttributes"].items()}
    return Published(
        alert_id=values["alert_id"],
        channel=values["channel"],
        channels=json.loads(values["channels"]),
        recipients=json.loads(values["recipients"]),
        text=envelope["Message"],
        subject=envelope.get("Subject"),
    )
