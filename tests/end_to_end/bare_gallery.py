"""A gallery without a deployment: a bucket, tables, and a collection, and stacks that have only outputs.

The tests run the operator's command line in its own process. Instead of the index function, `BareGallery` handles the
bucket's events with the function's logic.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeward.deployment.outputs import STACKS, Deployment, find_deployment
from lambdas.common.s3_events import object_keys
from lambdas.ingest.gallery.stats import gallery_stats
from lambdas.ingest.gallery.verify import Verification
from lambdas.ingest.gallery.wiring import open_gallery, open_photos, open_withdrawal
from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT
from local_cloud.pipeline.tables import make_tables
from tests.support.homeward_program import run_homeward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_cloud.cloud import Cloud

# Turns off stamina's backoff in the process of the command line.
_WITHOUT_BACKOFF = "import stamina; stamina.set_testing(True, attempts=3); from homeward.cli import main; main()"

AGENCY_FILE = """
name = "{name}"
display_name = "A bare gallery"
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
class BareGallery:
    """One test's gallery in the shared emulator. `name` prefixes its resources."""

    cloud: Cloud
    name: str
    agency_file: Path
    deployment: Deployment = field(init=False)

    @property
    def stage(self) -> str:
        """The value of --agency."""
        return f"{self.name}-dev"

    def make(self, namus_url: str) -> None:
        """Create the resources and stack outputs that the commands read."""
        self.agency_file.write_text(AGENCY_FILE.format(name=self.name, url=namus_url))
        make_tables(self.cloud.client("dynamodb"), f"{self.name}-")
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

    def homeward(self, *arguments: str, backoff: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line to its end. Without `backoff`, retries follow at once."""
        if backoff:
            return run_homeward(*arguments, *self._options(arguments), environment=self.cloud.environment)
        program = self.start(*arguments, backoff=False)
        out, err = program.communicate()
        return subprocess.CompletedProcess(arguments, program.returncode, out, err)

    def start(self, *arguments: str, backoff: bool = True) -> subprocess.Popen[str]:
        """Start the command line."""
        how = ["-m", "homeward"] if backoff else ["-c", _WITHOUT_BACKOFF]
        return subprocess.Popen(
            [sys.executable, *how, *arguments, *self._options(arguments)],
            env={**os.environ, **self.cloud.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def sync(self, *options: str, code: int = 0, backoff: bool = True) -> dict[str, Any]:
        """Run `homeward sync`, check its exit code, and return its report."""
        ended = self.homeward("sync", "--json", *options, backoff=backoff)
        assert ended.returncode == code, ended.stderr + ended.stdout
        [report] = json.loads(ended.stdout)
        return dict(report)

    def kill_sync_when(self, reached: Callable[[], bool]) -> None:
        """Start `homeward sync` and kill -9 it as soon as `reached()` is true."""
        program = self.start("sync")
        try:
            wait_until("the point to kill at", lambda: reached() or program.poll() is not None)
            assert program.poll() is None, "the sync ended before it could be killed"
        finally:
            program.send_signal(signal.SIGKILL)
            program.communicate()

    def _options(self, arguments: tuple[str, ...]) -> list[str]:
        options = ["--agency", self.stage]
        if arguments[0] in {"sync", "import"} or "--repair" in arguments or "rebuild" in arguments:
            options += ["--agency-file", str(self.agency_file)]
        return options

    def state(self) -> tuple[int, int]:
        """Count open cases and photos, once every event is handled and bucket, table, and collection agree."""
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
        """Handle the queued events as the index function does. Tell whether none is left."""
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
        own = [stack for stack in stacks if stack["StackName"].startswith(f"{self.stage}-")]
        ready = all(stack["StackStatus"] == "CREATE_COMPLETE" for stack in own)
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
