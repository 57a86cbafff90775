"""The agency of the flood benchmark: a camera that floods over MQTT, and others, on a deployed demo."""

from __future__ import annotations

import itertools
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from awscrt import mqtt5
from awsiot import mqtt5_client_builder

from benchmarks.reference.deployed_demo import deployed_demo
from edge_device.core.topics import Topics
from homeward.fleet.cameras_table import add_entry
from homeward.fleet.registration import register_camera
from homeward.synthetic_capture.message import synthetic_message
from lambdas.common.dynamodb import from_attributes
from lambdas.common.things import thing_name
from lambdas.common.times import from_text, now
from local_cloud.demo.metrics import metric_sums
from local_cloud.demo.watch import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from datetime import datetime
    from pathlib import Path

    from benchmarks.reference.deployed_demo import DeployedDemo
    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud

FLOODER = "flooder"


class Agency:
    """A deployed agency, the picture of a missing person, and the connection of the camera that floods."""

    def __init__(self, cloud: Cloud, deployment: Deployment, picture: bytes, flooder: mqtt5.Client) -> None:
        self.iot, self.dynamodb = cloud.client("iot-data"), cloud.client("dynamodb")
        self.deployment, self.picture, self.flooder = deployment, picture, flooder
        self._numbers = itertools.count()

    def another_picture(self) -> bytes:
        """Return the picture with a comment of its own, so that no two are identical."""
        comment = str(next(self._numbers)).encode()
        return self.picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + self.picture[2:]

    def flood(self) -> Future[Any]:
        """Publish another capture of the camera that floods. The future ends with its PUBACK."""
        topic, message = self._message(FLOODER)
        packet = mqtt5.PublishPacket(topic=topic, payload=message, qos=mqtt5.QoS.AT_LEAST_ONCE)
        answer: Future[Any] = self.flooder.publish(packet)
        return answer

    def publish_as(self, camera: str) -> datetime:
        """Register a camera and publish a capture of it. Return when."""
        add_entry(self.deployment, camera, thing=thing_name(self.deployment.stage, camera), site=camera)
        topic, message = self._message(camera)
        published = now()
        self.iot.publish(topic=topic, qos=1, payload=message)
        return published

    def searched_at(self, cameras: Sequence[str]) -> list[datetime]:
        """Wait until each of the cameras has an encounter, and return the times of the searches."""
        found: dict[str, dict[str, Any]] = {}

        def are_there() -> bool:
            found.update((encounter["camera"], encounter) for encounter in self._encounters())
            return found.keys() >= set(cameras)

        wait_until("the encounters", are_there, timeout_s=120)
        return [from_text(found[camera]["timeline"]["searched_at"]) for camera in cameras]

    def stored(self) -> int:
        """Count the captures that were stored, and so are searched."""
        return metric_sums(self.deployment, "StoreCaptureLogGroup", "CapturesStored").get("CapturesStored", 0)

    def _message(self, camera: str) -> tuple[str, bytes]:
        message = synthetic_message(self.another_picture(), camera=camera)
        return Topics(thing_name(self.deployment.stage, camera), self.deployment.stage).faces, json.dumps(
            message
        ).encode()

    def _encounters(self) -> Iterator[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.deployment["EncountersTable"],
            FilterExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": "encounter"}},
        )
        return (from_attributes(item) for page in pages for item in page["Items"])


@contextmanager
def deployed(folder: Path) -> Iterator[Agency]:
    """Deploy the demo's agency and its gallery to a new local cloud, and connect the camera that floods."""
    with deployed_demo(folder) as demo, flooder(demo, folder) as connection:
        yield Agency(demo.cloud, demo.deployment, demo.cases.missing_still.read_bytes(), connection)


@contextmanager
def flooder(demo: DeployedDemo, folder: Path) -> Iterator[mqtt5.Client]:
    """Connect a camera that, unlike the camera program, does not keep to the limits of AWS IoT."""
    certificate, key = folder / "flooder.crt", folder / "flooder.key"
    thing = register_camera(demo.deployment, FLOODER, site=FLOODER, certificate=certificate, key=key)
    connected, ended = threading.Event(), threading.Event()
    client = mqtt5_client_builder.mtls_from_path(
        str(certificate),
        str(key),
        endpoint="localhost",
        port=demo.cloud.settings.mqtt_port,
        ca_filepath=str(demo.cloud.iot_ca),
        client_id=thing,
        extended_validation_and_flow_control_options=mqtt5.ExtendedValidationAndFlowControlOptions.NONE,
        on_lifecycle_connection_success=lambda _: connected.set(),
        on_lifecycle_stopped=lambda _: ended.set(),
    )
    client.start()
    try:
        if not connected.wait(20):
            raise RuntimeError("the camera that floods cannot connect")
        yield client
    finally:
        client.stop()
        ended.wait(5)
