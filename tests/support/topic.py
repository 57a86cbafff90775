"""The SNS topic of the unit tests, with a queue that receives what it publishes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Topic:
    """The SNS topic, observed through a subscribed queue."""

    def __init__(self) -> None:
        self.sns: SNSClient = boto3.client("sns")
        self.arn = self.sns.create_topic(Name="alerts")["TopicArn"]
        sqs = boto3.client("sqs")
        self.queue = sqs.create_queue(QueueName="phone")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=arn)
        self.sqs = sqs

    def attributes(self) -> list[dict[str, Any]]:
        """The message attributes of each message, by name."""
        received = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"])["MessageAttributes"] for message in received.get("Messages", [])]

    def messages(self) -> list[dict[str, Any]]:
        received = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(json.loads(message["Body"])["Message"]) for message in received.get("Messages", [])]
