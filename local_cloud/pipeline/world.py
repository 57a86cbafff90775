"""The matcher and the notifier on a bucket, tables and a topic of their own in the emulator."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.recipients import Channel, Recipient, TopicChannel
from lambdas.alerting.settings import AlertSettings
from lambdas.alerting.sweep import send_overdue
from lambdas.alerting.wiring import build_notifier
from lambdas.cases.case import Case
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import stored_capture_key
from lambdas.common.s3_objects import is_not_found, put_once
from lambdas.common.trusted_time import time_taken
from lambdas.detection.capture import Capture
from lambdas.detection.match import Matcher
from lambdas.detection.placement import Encounters
from lambdas.encounters.notice import is_notice_key
from lambdas.encounters.policy import Policy, Thresholds
from local_cloud.pipeline.actors import stop_before_calls
from local_cloud.pipeline.tables import make_tables, put_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.alerting.notify import Notifier
    from local_cloud.cloud import Cloud

CASE = Case(case_id="namus:MP900101", source="namus", source_id="MP900101")
WINDOW = timedelta(minutes=10)
REVIEW, ALERT, ALONE = 80.0, 97.0, 99.0
# In two languages, so that every first alert has a second part. The first part has every channel.
RECIPIENTS = (
    Recipient(name="desk", channel=Channel.SMS),
    Recipient(name="records", channel=Channel.EMAIL),
    Recipient(name="patrulla", channel=Channel.EMAIL, language="es"),
)
POLICY = Policy(base=Thresholds(REVIEW, ALERT, ALONE), window_s=WINDOW.total_seconds())
_numbers = itertools.count()


class Clients:
    """Clients at whose calls actors stop.

    Rekognition answers from `similarities`, by key: the picture of a capture consists of its key.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.similarities: dict[str, float] = {}
        self.s3, self.dynamodb, self.sns, self.rekognition = (
            stop_before_calls(cloud.client(service), self._search if service == "rekognition" else None)
            for service in ("s3", "dynamodb", "sns", "rekognition")
        )
        self.sqs = cloud.client("sqs")

    def _search(self, params: dict[str, Any]) -> Any:
        key = base64.b64decode(json.loads(params["body"])["Image"]["Bytes"]).decode()
        match = {"Similarity": self.similarities[key], "Face": {"ExternalImageId": f"{CASE.case_id}:1"}}
        matches = [match] if self.similarities[key] >= REVIEW else []
        return SimpleNamespace(status_code=200, headers={}), {"FaceMatches": matches}


@dataclass(frozen=True)
class TakenCapture:
    """A picture that a camera took, its similarity to the case, and the passer-by whom the camera saw."""

    key: str
    capture_id: str
    camera: str
    captured_at: datetime
    similarity: float
    track: str | None


@dataclass(frozen=True, kw_only=True)
class TopicMessage:
    """A message that the topic delivered. `channels` are all channels of its alert."""

    alert_id: str
    channel: str = TopicChannel.DOCUMENT
    channels: tuple[str, ...] = (TopicChannel.DOCUMENT,)

    @property
    def is_document(self) -> bool:
        """Tell whether this is the JSON document, which every alert has once."""
        return self.channel == TopicChannel.DOCUMENT


class World:
    """Detection and alerting between a camera and a phone. `now` changes only when the caller changes it."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.name = f"world-{next(_numbers)}"
        self.now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
        self.sms_per_day = 200
        self.captures: dict[str, TakenCapture] = {}
        self.receipts: list[TopicMessage] = []
        self.messages: list[TopicMessage] = []
        clients.s3.create_bucket(Bucket=self.name)
        make_tables(clients.dynamodb, f"{self.name}-")
        put_case(clients.dynamodb, CASE, table=f"{self.name}-cases")
        self.topic = clients.sns.create_topic(Name=self.name)["TopicArn"]
        self.phone, self._receipts = (self._subscribed_queue(name) for name in ("phone", "receipts"))

    def matcher(self, clock: Callable[[], datetime]) -> Matcher:
        """Build the matcher as the match function does."""
        return Matcher(
            s3=self.clients.s3,
            rekognition=self.clients.rekognition,
            dynamodb=self.clients.dynamodb,
            bucket=self.name,
            collection=lambda: "faces",
            cases_table=f"{self.name}-cases",
            cameras_table=f"{self.name}-cameras",
            encounters=Encounters(
                dynamodb=self.clients.dynamodb,
                table=f"{self.name}-encounters",
                policy=POLICY,
                pause=lambda _: None,
            ),
            notifier=lambda: self.notifier(clock),
            record_hop=lambda _hop, _milliseconds: None,
            record_score=lambda _camera, _best: None,
            now=clock,
        )

    def states(self) -> AlertStates:
        """Build the alert states of the encounters table."""
        return AlertStates(dynamodb=self.clients.dynamodb, table=f"{self.name}-encounters", policy=POLICY)

    def notifier(self, clock: Callable[[], datetime]) -> Notifier:
        """Build the notifier as the notify function does."""
        return build_notifier(
            sns=self.clients.sns,
            topic_arn=self.topic,
            states=self.states(),
            cases_table=f"{self.name}-cases",
            cameras_table=f"{self.name}-cameras",
            settings=AlertSettings(
                recipients=RECIPIENTS,
                zone=ZoneInfo("UTC"),
                sms_per_day=self.sms_per_day,
                sms_percent_per_camera=100,
                takes_replies=False,
                link_base="https://homeward.example",
            ),
            record_hop=lambda _hop, _milliseconds: None,
            now=clock,
        )

    def sweep(self, clock: Callable[[], datetime]) -> None:
        """Send every overdue alert, as the sweep function does."""
        send_overdue(self.notifier(clock), lambda _metric: None)

    def skewed(self, seconds: float) -> Callable[[], datetime]:
        """Return the clock of a host that is ahead by this much."""
        return lambda: self.now + timedelta(seconds=seconds)

    def take(
        self, capture_id: str, camera: str, captured_at: datetime, similarity: float, track: str | None = None
    ) -> TakenCapture:
        """Make a capture and store it."""
        digest = hashlib.sha256(capture_id.encode()).hexdigest()
        key = stored_capture_key(camera, captured_at, capture_id, sha256=digest)
        self.captures[key] = TakenCapture(key, capture_id, camera, captured_at, similarity, track)
        self.clients.similarities[key] = similarity
        self.store(self.captures[key])
        return self.captures[key]

    def store(self, capture: TakenCapture) -> None:
        """Store the picture as the store-capture function does; a second time is a redelivered message."""
        taken = time_taken(capture.captured_at, arrived_at=self.now)
        stored = Capture(
            capture_id=capture.capture_id,
            camera=capture.camera,
            captured_at=taken.at,
            received_at=self.now,
            time_doubt=taken.doubt,
            track=capture.track,
        )
        body = capture.key.encode()
        put_once(self.clients.s3, Bucket=self.name, Key=capture.key, Body=body, Metadata=stored.to_metadata())

    def collect_receipts(self) -> list[TopicMessage]:
        """List the receipts so far."""
        self.receipts += self._drain(self._receipts)
        return self.receipts

    def deliver_receipts(self) -> None:
        """Apply every receipt so far, the earlier ones again."""
        for receipt in self.collect_receipts():
            self.confirm(receipt)

    def confirm(self, receipt: TopicMessage) -> None:
        """Apply a receipt as the receipt function does."""
        self.states().confirm(receipt.alert_id, receipt.channel, of=receipt.channels, now=self.now)

    def alerts(self) -> Counter[str]:
        """Count the documents of first alerts so far, by encounter."""
        return Counter(each.alert_id for each in self.sent() if each.is_document and not is_notice_key(each.alert_id))

    def by_channel(self) -> Counter[tuple[str, str]]:
        """Count the messages so far, by encounter or notice, and channel."""
        return Counter((each.alert_id, each.channel) for each in self.sent())

    def sent(self) -> list[TopicMessage]:
        """List the messages that the topic has delivered so far."""
        self.messages += self._drain(self.phone)
        return self.messages

    def encounters(self) -> list[dict[str, Any]]:
        """Read the encounters."""
        return self.items("encounter")

    def items(self, *kinds: str) -> list[dict[str, Any]]:
        """Read the items of these kinds from the encounters table."""
        answer = self.clients.dynamodb.scan(TableName=f"{self.name}-encounters", ConsistentRead=True)
        return [item for item in map(from_attributes, answer["Items"]) if item["kind"] in kinds]

    def exists(self, key: str) -> bool:
        """Tell whether the bucket has the object."""
        try:
            self.clients.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        return True

    def close(self) -> None:
        """Delete the tables and the topic, so that the emulator stays fast for the next world."""
        for table in ("cases", "cameras", "encounters", "audit"):
            self.clients.dynamodb.delete_table(TableName=f"{self.name}-{table}")
        self.clients.sns.delete_topic(TopicArn=self.topic)

    def _subscribed_queue(self, name: str) -> str:
        url = str(self.clients.sqs.create_queue(QueueName=f"{self.name}-{name}")["QueueUrl"])
        attributes = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self.clients.sns.subscribe(
            TopicArn=self.topic,
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )
        return url

    def _drain(self, url: str) -> list[TopicMessage]:
        found: list[TopicMessage] = []
        request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        while True:
            messages = self.clients.sqs.receive_message(**request).get("Messages", [])
            if not messages:
                return found
            for message in messages:
                self.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(_read(message))


def _read(message: Any) -> TopicMessage:
    """Read a message of ours, whose facts are attributes, or of the prototype, which has none."""
    attributes = {name: each["StringValue"] for name, each in message.get("MessageAttributes", {}).items()}
    if not attributes:
        return TopicMessage(alert_id=json.loads(message["Body"])["alert_id"])
    channels = tuple(json.loads(attributes["channels"]))
    return TopicMessage(alert_id=attributes["alert_id"], channel=attributes["channel"], channels=channels)
