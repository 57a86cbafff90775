"""One detection bucket, encounters table and alert topic of its own, and the product's functions upon them."""

from __future__ import annotations

import base64
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
from lambdas.alerting.recipients import Channel, Recipient
from lambdas.alerting.settings import AlertSettings
from lambdas.alerting.wiring import build_notifier
from lambdas.cases.case import Case
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import capture_key
from lambdas.common.policy import Policy, Thresholds
from lambdas.common.s3_objects import is_not_found
from lambdas.common.times import to_text
from lambdas.detection.encounters import Encounters
from lambdas.detection.match import Matcher
from tests.faults.actors import stop_before_calls
from tests.faults.tables import make_tables, put_open_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.alerting.notify import Notifier
    from local_cloud.cloud import Cloud

CASE = Case(case_id="namus:MP900101", source="namus", source_id="MP900101")
WINDOW = timedelta(minutes=10)
REVIEW, ALERT = 80.0, 95.0
# Of two languages, so that every first alert has a second part.
RECIPIENTS = (
    Recipient(name="desk", channel=Channel.SMS),
    Recipient(name="patrulla", channel=Channel.EMAIL, language="es"),
)
POLICY = Policy(base=Thresholds(REVIEW, ALERT), window_s=WINDOW.total_seconds())
_numbers = itertools.count()


class Clients:
    """Clients of the cloud at whose calls actors stop. Rekognition answers what the test put into `similarities`.

    The picture of a capture is its key.
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
class Capture:
    """A picture that a camera took, and how much it resembles the case."""

    key: str
    capture_id: str
    camera: str
    captured_at: datetime
    similarity: float


class World:
    """The product between a camera and a phone. `now` moves only when the test says so."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.name = f"world-{next(_numbers)}"
        self.now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
        self.sms_per_day = 200
        self.captures: dict[str, Capture] = {}
        self.receipts: list[str] = []
        self.messages: list[str] = []
        clients.s3.create_bucket(Bucket=self.name)
        make_tables(clients.dynamodb, self.name)
        put_open_case(clients.dynamodb, f"{self.name}-cases", CASE)
        self.topic = clients.sns.create_topic(Name=self.name)["TopicArn"]
        self.phone, self._receipts = (self._subscribed_queue(name) for name in ("phone", "receipts"))

    def matcher(self, clock: Callable[[], datetime]) -> Matcher:
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
            timed=lambda _hop, _milliseconds: None,
            now=clock,
        )

    def states(self) -> AlertStates:
        return AlertStates(dynamodb=self.clients.dynamodb, table=f"{self.name}-encounters", policy=POLICY)

    def notifier(self, clock: Callable[[], datetime]) -> Notifier:
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
                takes_replies=False,
                link_base="https://homeward.example",
            ),
            timed=lambda _hop, _milliseconds: None,
            now=clock,
        )

    def sweep(self, clock: Callable[[], datetime]) -> None:
        """What the sweep function does."""
        notifier = self.notifier(clock)
        for alert_id in list(notifier.states.overdue(now=clock())):
            notifier.notify(alert_id)

    def skewed(self, seconds: float) -> Callable[[], datetime]:
        """The clock of a host that is wrong by so much."""
        return lambda: self.now + timedelta(seconds=seconds)

    def take(self, capture_id: str, camera: str, captured_at: datetime, similarity: float) -> Capture:
        key = capture_key(camera, captured_at, capture_id)
        self.captures[key] = Capture(key, capture_id, camera, captured_at, similarity)
        self.clients.similarities[key] = similarity
        self.store(self.captures[key])
        return self.captures[key]

    def store(self, capture: Capture) -> None:
        """Put the picture into the bucket, for the first time or, as a redelivered message does, once more."""
        times = {"captured-at": to_text(capture.captured_at), "received-at": to_text(self.now)}
        metadata = {"capture-id": capture.capture_id, "camera": capture.camera, **times}
        self.clients.s3.put_object(Bucket=self.name, Key=capture.key, Body=capture.key.encode(), Metadata=metadata)

    def collect_receipts(self) -> list[str]:
        """The alerts that a receipt came for, all that came so far."""
        self.receipts += self._drain(self._receipts)
        return self.receipts

    def deliver_receipts(self) -> None:
        """Let each receipt take effect, those once more that did already."""
        for alert_id in self.collect_receipts():
            self.states().sent(alert_id, now=self.now)

    def alerts(self) -> Counter[str]:
        """How many first alerts of each encounter came to the phone so far."""
        self.messages += self._drain(self.phone)
        return Counter(alert_id for alert_id in self.messages if not alert_id.startswith("notice#"))

    def notices(self) -> Counter[str]:
        """How many of each notice came to the phone when `alerts` was last asked."""
        return Counter(alert_id for alert_id in self.messages if alert_id.startswith("notice#"))

    def encounters(self) -> list[dict[str, Any]]:
        return self.items("encounter")

    def items(self, *kinds: str) -> list[dict[str, Any]]:
        """What the encounters table has of these kinds."""
        answer = self.clients.dynamodb.scan(TableName=f"{self.name}-encounters", ConsistentRead=True)
        return [item for item in map(from_attributes, answer["Items"]) if item["kind"] in kinds]

    def exists(self, key: str) -> bool:
        try:
            self.clients.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        return True

    def close(self) -> None:
        """Give up the tables and the topic, so that the emulator stays as quick for the next world."""
        for table in ("cases", "cameras", "encounters"):
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

    def _drain(self, url: str) -> list[str]:
        found: list[str] = []
        while True:
            messages = self.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            if not messages:
                return found
            for message in messages:
                self.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"])["alert_id"])
