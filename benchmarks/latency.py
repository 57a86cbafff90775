"""How long from a stored capture to the alert in SNS's queue: the deployed pipeline against the 2018 prototype's logic.

    .venv/bin/python -m benchmarks.latency

Both run in the same local cloud, take turns capture by capture, and search the same face collection. The reference is
called by S3 directly, asks the NamUs stand-in for the case, reads, writes and publishes. The stand-in is on this
machine and answers at once, which no public web site does; the table says from which answer time on ours is no slower.
Writes build/bench/latency.json.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.reference.deploy import Reference, deploy_reference
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import capture_key
from lambdas.common.times import from_text, now, to_text
from local_cloud.demo.agency import deploy_agency, write_agency_file
from local_cloud.demo.sync import sync
from local_cloud.demo.watch import Watch, wait_until
from local_cloud.demo_cases import DemoCases, write_demo_documents
from local_cloud.lifecycle import running_cloud
from local_cloud.rekognition.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment import Deployment
    from local_cloud.cloud import Cloud

OUT = Path(__file__).parents[1] / "build" / "bench" / "latency.json"
WARM_UP = 10
HOPS = {
    "search": "stored > searched",
    "record": "searched > recorded",
    "alert": "recorded > SNS queue",
    "total": "stored > SNS queue",
}
Hops = dict[str, float]


class Side:
    """One of the two pipelines, seen from outside: a bucket, and a queue behind its topic."""

    def __init__(self, cloud: Cloud, *, name: str, bucket: str, topic_arn: str) -> None:
        self.s3, self.sqs, self.bucket = cloud.client("s3"), cloud.client("sqs"), bucket
        self.queue = str(self.sqs.create_queue(QueueName=f"latency-{name}")["QueueUrl"])
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        cloud.client("sns").subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )

    def put(self, key: str, picture: bytes, metadata: dict[str, str]) -> float:
        """When the picture was stored, in seconds of this machine's clock, which the functions have too."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=picture, Metadata=metadata)
        return time.time()

    def alert(self) -> tuple[dict[str, Any], float]:
        """The next message, and when SNS put it into the queue, in seconds."""
        [message] = wait_until("the alert", self._receive)
        self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"]), int(message["Attributes"]["SentTimestamp"]) / 1000

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=10, AttributeNames=["SentTimestamp"])
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


class Bench:
    """Both sides, and one capture of a missing person for either."""

    def __init__(self, cloud: Cloud, deployment: Deployment, cases: DemoCases) -> None:
        self.deployment, self.dynamodb = deployment, cloud.client("dynamodb")
        self.picture = cases.missing_still.read_bytes()
        self.number = cases.missing_case_id.partition(":MP")[2]
        self.reference: Reference = deploy_reference(cloud, collection=deployment["FaceCollection"])
        self.ours = Side(cloud, name="ours", bucket=deployment["DetectionBucket"], topic_arn=deployment["AlertTopic"])
        self.theirs = Side(cloud, name="reference", bucket=self.reference.bucket, topic_arn=self.reference.topic_arn)

    def time_ours(self, trial: int) -> Hops:
        """Each trial has a camera of its own, so that each is a new encounter."""
        camera, capture_id, text = f"latency-{trial}", str(uuid.uuid4()), to_text(now())
        metadata = {"capture-id": capture_id, "captured-at": text, "received-at": text, "stored-at": text}
        key = capture_key(camera, now(), capture_id)
        stored = self.ours.put(key, self.picture, metadata)
        message, alerted = self.ours.alert()
        self._wait_for_the_rest(key, message["encounter_id"])
        timeline = self._encounter(message["encounter_id"])["timeline"]
        searched, recorded = (from_text(timeline[name]).timestamp() for name in ("searched_at", "encountered_at"))
        return hops(stored, searched, recorded, alerted)

    def time_reference(self, trial: int) -> Hops:
        """It remembers nobody, so that it alerts."""
        self.reference.forget(self.number)
        stored = self.theirs.put(f"{trial}.jpg", self.picture, {})
        message, alerted = self.theirs.alert()
        return hops(stored, message["searched_s"], message["recorded_s"], alerted)

    def _wait_for_the_rest(self, key: str, encounter_id: str) -> None:
        """What follows the alert must not slow down the other side's turn."""
        wait_until("the record of the alert", lambda: self._encounter(encounter_id).get("alert") == "sent")
        at = {"Bucket": self.ours.bucket, "Prefix": key}
        wait_until("the capture deleted", lambda: not self.ours.s3.list_objects_v2(**at).get("Contents"))

    def _encounter(self, encounter_id: str) -> dict[str, Any]:
        key = {"encounter_id": {"S": encounter_id}}
        answer = self.dynamodb.get_item(TableName=self.deployment["EncountersTable"], Key=key, ConsistentRead=True)
        return from_attributes(answer["Item"])


def hops(stored: float, searched: float, recorded: float, alerted: float) -> Hops:
    """Milliseconds between instants in seconds."""
    seconds = {
        "search": searched - stored,
        "record": recorded - searched,
        "alert": alerted - recorded,
        "total": alerted - stored,
    }
    return {hop: 1000 * duration for hop, duration in seconds.items()}


@contextmanager
def deployed(folder: Path) -> Iterator[Bench]:
    """The demo's agency and the reference in a cloud of their own, with the demo's gallery."""
    cases = write_demo_documents(folder / "documents", distinct_faces())
    settings = CloudSettings(state=folder / "cloud", documents=folder / "documents").with_free_ports()
    with running_cloud(settings) as cloud:
        agency = write_agency_file(folder / "demo.toml", namus_url=settings.endpoints["namus"])
        deployment = deploy_agency(cloud, agency)
        sync(deployment, "namus")
        watch = Watch(deployment)
        wait_until("the gallery", lambda: not watch.gallery()["pending"], timeout_s=90)
        yield Bench(cloud, deployment, cases)


def take_turns(bench: Bench, trials: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by side and hop; who goes first changes from trial to trial, and the first few warm up."""
    times: dict[str, dict[str, list[float]]] = {"ours": defaultdict(list), "reference": defaultdict(list)}
    for trial in range(-WARM_UP, trials):
        turns = [("ours", bench.time_ours), ("reference", bench.time_reference)]
        for side, run in turns if trial % 2 else reversed(turns):
            measured = run(trial)
            for hop, milliseconds in measured.items() if trial >= 0 else ():
                times[side][hop].append(milliseconds)
    return times


def summarise(times: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """p50 and p99 by hop and side, in milliseconds, and the ratios ours / reference of each hop."""
    summary: dict[str, Any] = {}
    for hop in HOPS:
        row: dict[str, Any] = {
            side: {f"p{rank}": round(float(np.percentile(by_hop[hop], rank)), 1) for rank in (50, 99)}
            for side, by_hop in times.items()
        }
        ratios = {f"p{n}_ratio": round(row["ours"][f"p{n}"] / row["reference"][f"p{n}"], 3) for n in (50, 99)}
        summary[hop] = {**row, **ratios}
    return summary


def draw(summary: dict[str, Any], trials: int) -> Table:
    """One row a hop."""
    table = Table(title=f"From a stored capture to the alert, {trials} captures each, milliseconds")
    table.add_column("hop")
    for heading in ("ours p50", "ref. p50", "ratio", "ours p99", "ref. p99", "ratio"):
        table.add_column(heading, justify="right", min_width=5)
    for hop, row in summary.items():
        cells = [
            cell
            for rank in ("p50", "p99")
            for cell in (
                f"{row['ours'][rank]:.0f}",
                f"{row['reference'][rank]:.0f}",
                f"{row[f'{rank}_ratio']:.2f}",
            )
        ]
        table.add_row(HOPS[hop], *cells, end_section=hop == "alert")
    return table


def main(trials: Annotated[int, typer.Option(help="Captures for each side.", min=2)] = 100) -> None:
    """Time both pipelines, print a table, and write build/bench/latency.json."""
    console = Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        console.status("Deploying, then taking turns"),
        deployed(Path(folder)) as bench,
    ):
        times = take_turns(bench, trials)
    summary = summarise(times)
    total = summary["total"]
    break_even = round(max(0.0, total["ours"]["p50"] - total["reference"]["p50"]))
    figures = {
        "p50_ratio": total["p50_ratio"],
        "p99_ratio": total["p99_ratio"],
        "break_even_case_request_ms": break_even,
        "trials": trials,
        "milliseconds": summary,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(draw(summary, trials))
    if break_even:
        console.print(f"Ours is no slower at p50 once the live case request takes {break_even} ms longer than here.")


if __name__ == "__main__":
    typer.run(main)
