"""The agency of the flood benchmark: two kinds of cameras on a deployed demo."""

from __future__ import annotations

import itertools
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.reference.deployed_demo import deployed_demo
from edge_device.core.topics import Topics
from homeward.fleet.cameras_table import add_entry
from homeward.synthetic_capture.message import synthetic_message
from lambdas.common.dynamodb import from_attributes
from lambdas.common.things import thing_name
from lambdas.common.times import from_text, now
from local_cloud.demo.metrics import metric_sums
from local_cloud.demo.watch import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud


class Agency:
    """A deployed agency, and the picture of a missing person."""

    def __init__(self, cloud: Cloud, deployment: Deployment, picture: bytes) -> None:
        self.iot, self.dynamodb = cloud.client("iot-data"), cloud.client("dynamodb")
        self.deployment, self.picture = deployment, picture
        self._numbers = itertools.count()
        self.register("flooder")

    def register(self, camera: str) -> None:
        """Add the camera to the cameras table."""
        add_entry(self.deployment, camera, thing=thing_name(self.deployment.stage, camera), site=camera)

    def another_picture(self) -> bytes:
        """Return the picture with a comment of its own, so that no two are identical."""
        comment = str(next(self._numbers)).encode()
        return self.picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + self.picture[2:]

    def publish(self, camera: str, picture: bytes) -> None:
        """Publish a capture of the camera."""
        message = synthetic_message(picture, camera=camera)
        topic = Topics(thing_name(self.deployment.stage, camera), self.deployment.stage).faces
        self.iot.publish(topic=topic, qos=1, payload=json.dumps(message).encode())

    def wait_ms(self, camera: str) -> float:
        """Register a camera, publish a capture of it, and return the milliseconds until its search."""
        self.register(camera)
        began = now()
        self.publish(camera, self.another_picture())
        encounter = wait_until(f"the encounter at {camera}", lambda: self._encounter_at(camera), timeout_s=120)
        return (from_text(encounter["timeline"]["searched_at"]) - began).total_seconds() * 1000

    def stored(self) -> int:
        """Count the captures that were stored, and so are searched."""
        return metric_sums(self.deployment, "StoreCaptureLogGroup", "CapturesStored").get("CapturesStored", 0)

    def _encounter_at(self, camera: str) -> dict[str, Any] | None:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.deployment["EncountersTable"],
            FilterExpression="camera = :camera AND kind = :kind",
            ExpressionAttributeValues={":camera": {"S": camera}, ":kind": {"S": "encounter"}},
        )
        return next((from_attributes(item) for page in pages for item in page["Items"]), None)


@contextmanager
def deployed(folder: Path) -> Iterator[Agency]:
    """Deploy the demo's agency and its gallery to a new local cloud."""
    with deployed_demo(folder) as demo:
        yield Agency(demo.cloud, demo.deployment, demo.cases.missing_still.read_bytes())
