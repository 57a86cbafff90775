"""Reads a deployed environment for the demo and the end-to-end tests: gallery, captures, encounters, alerts."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.alerting.recipients import TopicChannel
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import PHOTOS
from lambdas.common.s3_objects import objects_under
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment

T = TypeVar("T")


class NotSeenError(RuntimeError):
    """An expected event did not come in time. The text names the event."""


def wait_until(what: str, look: Callable[[], T | None], *, timeout_s: float = 60) -> T:
    """Poll `look` until it returns a true value, and return that value.

    Raises:
        NotSeenError: The timeout passed. The message names `what`.
    """
    deadline = time.monotonic() + timeout_s
    while not (answer := look()):
        if time.monotonic() > deadline:
            raise NotSeenError(f"{what}: not seen within {timeout_s:g} s")
        time.sleep(0.1)
    return answer


@dataclass(frozen=True)
class ReceivedAlert:
    """The JSON document of one alert."""

    document: dict[str, Any]

    @property
    def text(self) -> str:
        """The text message of the same alert."""
        return str(self.document["text"])


class Contents:
    """Reads what is in the buckets, the tables and the face collection of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._s3, self._dynamodb = deployment.client("s3"), deployment.client("dynamodb")

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """List the keys of a bucket. `bucket` is the name of the stack output."""
        return [found["Key"] for found in objects_under(self._s3, bucket=self._deployment[bucket], prefix=prefix)]

    def encounters(self) -> list[dict[str, Any]]:
        """List the encounters, oldest first."""
        found = [item for item in self.scan("EncountersTable") if item["kind"] == "encounter"]
        return sorted(found, key=lambda encounter: str(encounter["started_at"]))

    def gallery(self) -> dict[str, int]:
        """Count cases, photos, faces, photos without a face, and photos that wait for the index."""
        items = self.scan("CasesTable")
        records = Counter(item["record"].partition("#")[0] for item in items if item.get("status", "open") == "open")
        photos = [item for item in items if item["record"].startswith("photo#")]
        return {
            "cases": records["case"],
            "photos": len(self.keys("GalleryBucket", PHOTOS)),
            "faces": self.faces(),
            "without_face": sum(photo.get("face_status") == "no_face" for photo in photos),
            "pending": sum(
                photo.get("face_status", "stored") == "stored" and "reason" not in photo for photo in photos
            ),
        }

    def faces(self) -> int:
        """Count the faces of the collection."""
        rekognition = self._deployment.client("rekognition")
        return int(rekognition.describe_collection(CollectionId=self._deployment["FaceCollection"])["FaceCount"])

    def scan(self, table: str) -> list[dict[str, Any]]:
        """Read all items of a table. `table` is the name of the stack output."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._deployment[table], ConsistentRead=True)
        return [from_attributes(item) for page in pages for item in page["Items"]]


class Watch(Contents):
    """Reads also the alerts of a deployment. A queue subscribes to the documents of the alert topic.

    `alerts` has the alerts `since` it was made.
    """

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment)
        self._sqs = deployment.client("sqs")
        self._phone = self._subscribe()
        self.alerts: list[ReceivedAlert] = []
        self.since = to_text(now())

    def new_alerts(self) -> list[ReceivedAlert]:
        """Receive new alerts. `alerts` has all alerts so far."""
        received: list[ReceivedAlert] = []
        while messages := self._receive():
            received += messages
        self.alerts += received
        return received

    def forget_alerts(self) -> None:
        """Leave out the alerts so far, of a cloud that was kept."""
        self.new_alerts()
        self.alerts.clear()

    def _receive(self) -> list[ReceivedAlert]:
        messages = self._sqs.receive_message(QueueUrl=self._phone, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._phone, ReceiptHandle=message["ReceiptHandle"])
        return [ReceivedAlert(json.loads(json.loads(message["Body"])["Message"])) for message in messages]

    def _subscribe(self) -> str:
        url = self._sqs.create_queue(QueueName=f"{self._deployment.stage}-phone")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self._accept_alerts(url, attributes["QueueArn"])
        self._deployment.client("sns").subscribe(
            TopicArn=self._deployment["AlertTopic"],
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"FilterPolicy": json.dumps({"channel": [TopicChannel.DOCUMENT]})},
        )
        return str(url)

    def _accept_alerts(self, queue_url: str, queue_arn: str) -> None:
        """Let SNS deliver to the queue, as the policies of Homeward's own queues do."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self._deployment["AlertTopic"]}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self._sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})
