"""Both pipelines, ours and the prototype, deployed to one local cloud and timed from outside."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.reference.deploy import Reference, deploy_reference
from benchmarks.reference.deployed_demo import deployed_demo
from benchmarks.reference.live_cases import LiveCases, live_cases
from lambdas.alerting.recipients import TopicChannel
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import capture_key
from lambdas.common.times import from_text, now, to_text
from lambdas.encounters.table import encounter_key
from local_cloud.demo.watch import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud
    from local_cloud.demo_cases import DemoCases

Hops = dict[str, float]


class Pipeline:
    """One of the two pipelines: its bucket, and a queue that is subscribed to its topic."""

    def __init__(
        self, cloud: Cloud, *, name: str, bucket: str, topic_arn: str, filter_policy: dict[str, list[str]]
    ) -> None:
        self.s3, self.sqs, self.bucket = cloud.client("s3"), cloud.client("sqs"), bucket
        self.queue = str(self.sqs.create_queue(QueueName=f"latency-{name}")["QueueUrl"])
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        cloud.client("sns").subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)},
        )

    def put(self, key: str, picture: bytes, metadata: dict[str, str]) -> float:
        """Store a picture; returns the epoch time. The functions use the same clock."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=picture, Metadata=metadata)
        return time.time()

    def alert(self) -> tuple[dict[str, Any], float]:
        """Receive the next message; returns it and the epoch time when SNS queued it."""
        [message] = wait_until("the alert", self._receive)
        self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return message, int(message["Attributes"]["SentTimestamp"]) / 1000

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.queue,
            WaitTimeSeconds=10,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


class Bench:
    """Both sides, and the picture of a missing person for both."""

    def __init__(self, cloud: Cloud, deployment: Deployment, cases: DemoCases, live: LiveCases) -> None:
        self.deployment, self.dynamodb = deployment, cloud.client("dynamodb")
        self.live = live
        self.picture = cases.missing_still.read_bytes()
        self.number = cases.missing_case_id.partition(":MP")[2]
        self.reference: Reference = deploy_reference(cloud, live, collection=deployment["FaceCollection"])
        self.ours = Pipeline(
            cloud,
            name="ours",
            bucket=deployment["DetectionBucket"],
            topic_arn=deployment["AlertTopic"],
            # The prototype's only message is a text message too.
            filter_policy={"channel": [TopicChannel.SMS]},
        )
        self.theirs = Pipeline(
            cloud,
            name="reference",
            bucket=self.reference.bucket,
            topic_arn=self.reference.topic_arn,
            filter_policy={},
        )

    def time_ours(self, trial: int) -> Hops:
        """Time one capture of our pipeline. Each trial has its own camera, which makes it a new encounter."""
        camera, capture_id, text = f"latency-{trial}", str(uuid.uuid4()), to_text(now())
        metadata = {"capture-id": capture_id, "captured-at": text, "received-at": text, "stored-at": text}
        key = capture_key(camera, now(), capture_id)
        stored = self.ours.put(key, self.picture, metadata)
        message, alerted = self.ours.alert()
        encounter_id = message["MessageAttributes"]["alert_id"]["StringValue"]
        self._wait_until_done(key, encounter_id)
        timeline = self._encounter(encounter_id)["timeline"]
        searched = from_text(timeline["searched_at"]).timestamp()
        return hops(stored, searched, alerted)

    def time_reference(self, trial: int) -> Hops:
        """Time one capture of the prototype, after deleting its memory of the person."""
        self.reference.forget(self.number)
        stored = self.theirs.put(f"{trial}.jpg", self.picture, {})
        message, alerted = self.theirs.alert()
        return hops(stored, json.loads(message["Body"])["searched_s"], alerted)

    def _wait_until_done(self, key: str, encounter_id: str) -> None:
        """Wait for the work after the alert, which would slow down the other side's turn."""
        wait_until("the record of the alert", lambda: self._encounter(encounter_id).get("alert") == "sent")
        at = {"Bucket": self.ours.bucket, "Prefix": key}
        wait_until("the capture deleted", lambda: not self.ours.s3.list_objects_v2(**at).get("Contents"))

    def _encounter(self, encounter_id: str) -> dict[str, Any]:
        key = encounter_key(encounter_id)
        answer = self.dynamodb.get_item(TableName=self.deployment["EncountersTable"], Key=key, ConsistentRead=True)
        return from_attributes(answer["Item"])


def hops(stored: float, searched: float, alerted: float) -> Hops:
    """Convert instants in seconds to durations in milliseconds."""
    seconds = {"search": searched - stored, "alert": alerted - searched, "total": alerted - stored}
    return {hop: 1000 * duration for hop, duration in seconds.items()}


@contextmanager
def deployed(folder: Path) -> Iterator[Bench]:
    """Deploy the demo's agency, its gallery and the prototype to a new local cloud."""
    with deployed_demo(folder) as demo, live_cases(folder / "documents", folder) as live:
        yield Bench(demo.cloud, demo.deployment, demo.cases, live)
