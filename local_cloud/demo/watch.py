"""What the demo and the end-to-end tests see of a deployed environment: gallery, captures, encounters, alerts."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import PHOTOS
from lambdas.common.s3_objects import objects_under

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment

T = TypeVar("T")


class NotSeenError(RuntimeError):
    """What was waited for did not come; the text says what."""


def wait_until(what: str, look: Callable[[], T | None], *, timeout_s: float = 60) -> T:
    """Look until there is a true answer, and return it.

    Raises:
        NotSeenError: there was none in time.
    """
    deadline = time.monotonic() + timeout_s
    while not (answer := look()):
        if time.monotonic() > deadline:
            raise NotSeenError(f"{what}: not seen within {timeout_s:g} s")
        time.sleep(0.1)
    return answer


@dataclass(frozen=True)
class ReceivedAlert:
    """One message of the alert topic, as machines get it."""

    document: dict[str, Any]

    @property
    def text(self) -> str:
        """The text message that the same publication sent to the phones."""
        return str(self.document["text"])


class Watch:
    """A look at the resources of one deployment, and a queue beside the phones that each alert comes to as well."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._s3, self._dynamodb = deployment.client("s3"), deployment.client("dynamodb")
        self._sqs = deployment.client("sqs")
        self._phone = self._subscribe()
        self.alerts: list[ReceivedAlert] = []

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """Keys in the bucket that is the output of this name."""
        return [found["Key"] for found in objects_under(self._s3, bucket=self._deployment[bucket], prefix=prefix)]

    def encounters(self) -> list[dict[str, Any]]:
        """The encounters, oldest first."""
        found = [item for item in self._scan("EncountersTable") if item["kind"] == "encounter"]
        return sorted(found, key=lambda encounter: str(encounter["started_at"]))

    def gallery(self) -> dict[str, int]:
        """Cases, photos and faces in the gallery, and photos without a face."""
        items = self._scan("CasesTable")
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
        """Faces in the collection."""
        rekognition = self._deployment.client("rekognition")
        return int(rekognition.describe_collection(CollectionId=self._deployment["FaceCollection"])["FaceCount"])

    def new_alerts(self) -> list[ReceivedAlert]:
        """Alerts that came since the last look; `alerts` has all of them."""
        received: list[ReceivedAlert] = []
        while messages := self._receive():
            received += messages
        self.alerts += received
        return received

    def _receive(self) -> list[ReceivedAlert]:
        messages = self._sqs.receive_message(QueueUrl=self._phone, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._phone, ReceiptHandle=message["ReceiptHandle"])
        return [ReceivedAlert(json.loads(json.loads(message["Body"])["Message"])) for message in messages]

    def _subscribe(self) -> str:
        url = self._sqs.create_queue(QueueName=f"{self._deployment.stage}-phone")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self._deployment.client("sns").subscribe(
            TopicArn=self._deployment["AlertTopic"], Protocol="sqs", Endpoint=attributes["QueueArn"]
        )
        return str(url)

    def _scan(self, table: str) -> list[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._deployment[table], ConsistentRead=True)
        return [from_attributes(item) for page in pages for item in page["Items"]]
