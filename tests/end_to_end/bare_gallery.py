"""A gallery without a deployment: bucket, tables and collection made directly, and outputs that say where they are.

The command line runs as its own process, as an operator runs it. What the index function does in a deployment, the test
does with the function's own logic, from the bucket's own events.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from homeward.deployment.outputs import STACKS, Deployment, find_deployment
from lambdas.common.s3_events import object_keys
from lambdas.ingest.gallery.stats import gallery_stats
from lambdas.ingest.gallery.verify import Verification
from lambdas.ingest.gallery.wiring import open_gallery, open_photos, open_withdrawal
from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_cloud.cloud import Cloud

# The tests' switch for waiting times, in the program's own process.
_WITHOUT_WAITING = "import stamina; stamina.set_testing(True, attempts=3); from homeward.cli import main; main()"

AGENCY_FILE = """
name = "{name}"
display_name = "A small stage"
contact = "homeward@agency.example"
[environments.dev]
[sources.namus]
enabled = true
base_url = "{url}"
permission = "The stand-in serves fictional documents made for this purpose."
requests_per_second = 100.0
states = ["Oregon"]
[matching]
rekognition_requests_per_second = 100
[alerting]
console_url = "https://homeward.agency.example"
"""


@dataclass
class Stand:
    """The NamUs stand-in that a test's gallery follows, with its documents in a folder."""

    url: str
    folder: Path
    faces: list[Path]
    template: dict[str, Any]

    def write(self, number: int, *, modified: str = "2025-01-01T00:00:00", **changes: Any) -> None:
        """Case 970000 + number, with the pictures number * 10 and number * 10 + 1."""
        document = json.loads(json.dumps(self.template).replace("900501", str(970000 + number)))
        images = [json.loads(json.dumps(document["images"][0])) for _ in range(2)]
        for identity, image in enumerate(images, start=number * 10):
            href = f"/api/CaseSets/NamUs/MissingPersons/Cases/{970000 + number}/Images/{identity}/Original"
            image |= {"identityId": identity, "files": {"original": {"href": href}}}
        document |= {"modifiedDateTime": modified, "images": images, **changes}
        (self.folder / f"{970000 + number}.json").write_text(json.dumps(document))

    def picture(self, identity: int, data: bytes) -> None:
        """The bytes of a picture."""
        (self.folder / "images").mkdir(exist_ok=True)
        (self.folder / "images" / f"{identity}.jpg").write_bytes(data)

    def switch(self, **switches: Any) -> None:
        """Change how the stand-in behaves."""
        httpx.put(f"{self.url}/_stand_in/switches", json=switches).raise_for_status()

    def asked(self) -> dict[str, int]:
        """Requests by kind since the last look at them."""
        counted = self.asked_so_far()
        httpx.delete(f"{self.url}/_stand_in/requests")
        return counted

    def asked_so_far(self) -> dict[str, int]:
        """Requests by kind, without forgetting them."""
        counted = httpx.get(f"{self.url}/_stand_in/requests").json()["kinds"]
        return {kind: count for kind, count in counted.items() if count}


@dataclass
class SmallStage:
    """One gallery of its own in the shared emulator."""

    cloud: Cloud
    name: str
    agency_file: Path
    deployment: Deployment = field(init=False)

    @property
    def stage(self) -> str:
        """As --agency takes it."""
        return f"{self.name}-dev"

    def make(self, namus_url: str) -> None:
        """Make everything that the commands look for."""
        self.agency_file.write_text(AGENCY_FILE.format(name=self.name, url=namus_url))
        make_table(self.cloud, f"{self.name}-cases", "case_id", "record")
        make_table(self.cloud, f"{self.name}-encounters", "encounter_id", index=("by-review", "review", "started_at"))
        self.cloud.client("rekognition").create_collection(CollectionId=f"{self.name}-faces")
        self._make_buckets()
        outputs = {
            "GalleryBucket": f"{self.name}-gallery",
            "DetectionBucket": f"{self.name}-detection",
            "CasesTable": f"{self.name}-cases",
            "EncountersTable": f"{self.name}-encounters",
            "FaceCollection": f"{self.name}-faces",
        }
        for stack in STACKS:
            template = {
                "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
                "Outputs": {key: {"Value": value} for key, value in outputs.items()},
            }
            self.cloud.client("cloudformation").create_stack(
                StackName=f"{self.stage}-{stack}", TemplateBody=json.dumps(template)
            )
        self.deployment = wait_until("the stacks", self._found)

    def homeward(self, *arguments: str, waiting: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line to its end; without waiting, retries follow each other at once."""
        program = self.start(*arguments, waiting=waiting)
        out, err = program.communicate()
        return subprocess.CompletedProcess(arguments, program.returncode, out, err)

    def start(self, *arguments: str, waiting: bool = True) -> subprocess.Popen[str]:
        """Start the command line."""
        how = ["-m", "homeward"] if waiting else ["-c", _WITHOUT_WAITING]
        options = ["--agency", self.stage]
        if arguments[0] in {"sync", "import"} or "--repair" in arguments or "rebuild" in arguments:
            options += ["--agency-file", str(self.agency_file)]
        return subprocess.Popen(
            [sys.executable, *how, *arguments, *options],
            env={**os.environ, **self.cloud.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def sync(self, *options: str, code: int = 0, waiting: bool = True) -> dict[str, Any]:
        """Run `homeward sync` and return its report."""
        ended = self.homeward("sync", "--json", *options, waiting=waiting)
        assert ended.returncode == code, ended.stderr + ended.stdout
        [report] = json.loads(ended.stdout)
        return dict(report)

    def kill_sync_when(self, reached: Callable[[], bool]) -> None:
        """Start `homeward sync` and kill -9 it once something is reached."""
        program = self.start("sync")
        try:
            wait_until("the point to kill at", lambda: reached() or program.poll() is not None)
            assert program.poll() is None, "the sync ended before it could be killed"
        finally:
            program.send_signal(signal.SIGKILL)
            program.communicate()

    def state(self) -> tuple[int, int]:
        """Open cases and photos, after every event was dealt with and bucket, table and collection were in step."""
        wait_until("every event", self._is_settled, timeout_s=20)
        gallery = open_gallery(self.deployment)
        verification = Verification(
            photos=open_photos(self.deployment), withdrawal=open_withdrawal(self.deployment), gallery=gallery
        )
        seen = verification.read()
        assert list(verification.differences(seen)) == []
        assert seen.objects == seen.faces.keys()
        return gallery_stats(gallery).cases["namus open"], len(seen.objects)

    def _is_settled(self) -> bool:
        """Do what the index function does with the events that came."""
        sqs, photos = self.cloud.client("sqs"), open_photos(self.deployment)
        url = sqs.get_queue_url(QueueName=f"{self.name}-photos")["QueueUrl"]
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in received:
            for key in object_keys(message["Body"]):
                photos.reconcile(key)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return not received and gallery_stats(open_gallery(self.deployment)).not_indexed_yet == 0

    def _found(self) -> Deployment | None:
        stacks = self.cloud.client("cloudformation").describe_stacks()["Stacks"]
        ours = [stack for stack in stacks if stack["StackName"].startswith(f"{self.stage}-")]
        ready = all(stack["StackStatus"] == "CREATE_COMPLETE" for stack in ours)
        return find_deployment(self.stage, self.cloud.client) if ready else None

    def _make_buckets(self) -> None:
        s3, sqs = self.cloud.client("s3"), self.cloud.client("sqs")
        for bucket in ("gallery", "detection"):
            s3.create_bucket(Bucket=f"{self.name}-{bucket}")
        url = sqs.create_queue(QueueName=f"{self.name}-photos")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = {
            "QueueArn": arn,
            "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "photos/"}]}},
        }
        s3.put_bucket_notification_configuration(
            Bucket=f"{self.name}-gallery", NotificationConfiguration={"QueueConfigurations": [rule]}
        )


def make_table(cloud: Cloud, name: str, *keys: str, index: tuple[str, ...] = ()) -> None:
    """A table whose keys are texts: the partition's, then perhaps one to sort by. `index` is a name and its keys."""
    indexes = [
        {"IndexName": name, "KeySchema": schema(*index[1:]), "Projection": {"ProjectionType": "ALL"}}
        for name in index[:1]
    ]
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=schema(*keys),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in (*keys, *index[1:])],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )


def schema(*keys: str) -> list[dict[str, str]]:
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
