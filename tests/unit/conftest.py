"""The AWS of the unit tests: moto, with the tables and buckets that the functions use."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from moto import mock_aws

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.recipients import Channel, Recipient
from lambdas.alerting.settings import AlertSettings
from lambdas.alerting.wiring import build_notifier
from lambdas.common.dynamodb import to_attributes
from lambdas.common.policy import Policy
from tests.support.stories import put_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

    from lambdas.alerting.notify import Notifier


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **amount: float) -> None:
        self.instant += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def s3(aws: None) -> S3Client:
    client = boto3.client("s3")
    client.create_bucket(Bucket="detection")
    client.create_bucket(Bucket="gallery")
    return client


@pytest.fixture
def dynamodb(aws: None) -> DynamoDBClient:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="cases",
        KeySchema=[
            {"AttributeName": "case_id", "KeyType": "HASH"},
            {"AttributeName": "record", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "case_id", "AttributeType": "S"},
            {"AttributeName": "record", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    client.create_table(
        TableName="cameras",
        KeySchema=[{"AttributeName": "camera", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "camera", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.create_table(
        TableName="encounters",
        KeySchema=[{"AttributeName": "encounter_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "encounter_id", "AttributeType": "S"},
            {"AttributeName": "alert", "AttributeType": "S"},
            {"AttributeName": "alert_due_at", "AttributeType": "S"},
            {"AttributeName": "review", "AttributeType": "S"},
            {"AttributeName": "started_at", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "alerts-due",
                "KeySchema": [
                    {"AttributeName": "alert", "KeyType": "HASH"},
                    {"AttributeName": "alert_due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "by-review",
                "KeySchema": [
                    {"AttributeName": "review", "KeyType": "HASH"},
                    {"AttributeName": "started_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["case_id", "camera"]},
            },
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    client.create_table(
        TableName="audit",
        KeySchema=[
            {"AttributeName": "encounter_id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "encounter_id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


class Topic:
    """The SNS topic, seen through a queue that subscribes to it; `fail_with` lets the next publish fail."""

    def __init__(self) -> None:
        self.sns: SNSClient = boto3.client("sns")
        self.arn = self.sns.create_topic(Name="alerts")["TopicArn"]
        sqs = boto3.client("sqs")
        self.queue = sqs.create_queue(QueueName="phone")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=arn)
        self.sqs = sqs

    def attributes(self) -> list[dict[str, Any]]:
        """Those of each message, by name."""
        received = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"])["MessageAttributes"] for message in received.get("Messages", [])]

    def messages(self) -> list[dict[str, Any]]:
        received = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(json.loads(message["Body"])["Message"]) for message in received.get("Messages", [])]


@pytest.fixture
def topic(aws: None) -> Topic:
    return Topic()


@pytest.fixture
def notifier(dynamodb: DynamoDBClient, topic: Topic, clock: Clock) -> Notifier:
    put_case(dynamodb)
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "North Station"}))
    return build_notifier(
        sns=topic.sns,
        topic_arn=topic.arn,
        states=AlertStates(dynamodb=dynamodb, table="encounters", policy=Policy()),
        cases_table="cases",
        cameras_table="cameras",
        settings=AlertSettings(
            recipients=(Recipient(name="phone", channel=Channel.SMS),),
            zone=ZoneInfo("UTC"),
            sms_per_day=200,
            takes_replies=False,
            link_base="https://console.example",
        ),
        timed=lambda _hop, _milliseconds: None,
        now=clock,
    )
