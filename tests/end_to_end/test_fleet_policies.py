"""What a camera and a claim certificate may do: the fleet stack on a cloud that evaluates policies."""

from __future__ import annotations

import json
import socket
import ssl
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from edge_device.provisioning import FleetClaim, provision_by_claim
from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import Endpoint, IotCore, Will
from homeward.deployment.outputs import Deployment
from homeward.fleet.certificates import delete_certificate, new_certificate
from homeward.fleet.registration import register_camera
from homeward.fleet.revocation import revoke_camera
from homeward.fleet.status import camera_statuses
from lambdas.common.things import thing_name, topic
from lambdas.common.times import now
from lambdas.fleet.claims import claim as claim_camera
from lambdas.fleet.claims import reserve
from local_cloud.demo.agency import STAGE
from local_cloud.demo.watch import wait_until
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.cloud import Cloud


CONNACK = b"\x20\x02\x00\x00"  # MQTT 3.1.1 with return code 0


def mqtt_connect(client_id: str) -> bytes:
    """Write an MQTT 3.1.1 CONNECT packet with a clean session."""
    name = client_id.encode()
    return b"\x10%c\x00\x04MQTT\x04\x02\x00\x3c\x00%c%b" % (12 + len(name), len(name), name)


@dataclass(frozen=True)
class Fleet:
    """The deployed fleet stack, and the folder of its cameras' files."""

    cloud: Cloud
    deployment: Deployment
    folder: Path

    def camera(self, name: str, *, certificate_of: str | None = None) -> IotCore:
        """Make a camera's connection, without connecting, with its own or another camera's certificate."""
        is_claim = name.startswith("claim-")
        thing = name if is_claim else thing_name(STAGE, name)
        files = self.folder / (certificate_of or name)
        endpoint = Endpoint(
            "localhost",
            files.with_suffix(".crt"),
            files.with_suffix(".key"),
            self.cloud.iot_ca,
            self.cloud.settings.mqtt_port,
        )
        # Only cameras may have a last will.
        will = None if is_claim else Will(topic(STAGE, thing, "status"), b'{"status": "offline"}')
        return IotCore(endpoint, thing=thing, will=will, ack_timeout_s=5)

    def register(self, name: str) -> IotCore:
        """Add a camera as an operator does, and connect it."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        register_camera(self.deployment, name, site="Dock", certificate=certificate, key=key)
        camera = self.camera(name)
        camera.connect()
        assert camera.wait_connected(20), camera.failure
        return camera

    def retained(self, name: str) -> str | None:
        """Read the camera's last status from the fleet's list."""
        return next((each.status for each in camera_statuses(self.deployment) if each.camera == name), None)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, assembly: Path) -> Iterator[Fleet]:
    settings = CloudSettings(
        state=tmp_path_factory.mktemp("cloud"), services=("emulator",), auth=True
    ).with_free_ports()
    with running_cloud(settings) as cloud:
        outputs = cloud.deploy(assembly, f"{STAGE}/Fleet")[f"{STAGE}-Fleet"]
        deployment = Deployment(stage=STAGE, outputs=outputs, client=cloud.client)
        yield Fleet(cloud, deployment, tmp_path_factory.mktemp("cameras"))


@pytest.fixture
def camera(fleet: Fleet) -> Iterator[tuple[str, IotCore]]:
    """The name and the connection of a new camera."""
    name = f"cam-{uuid.uuid4().hex[:8]}"
    connection = fleet.register(name)
    yield name, connection
    connection.close()
    revoke_camera(fleet.deployment, name)


def is_refused(connection: IotCore) -> bool:
    """Connect, and tell whether the broker refused."""
    connection.connect()
    try:
        wait_until("an answer", lambda: connection.failure or connection.connections)
        return connection.connections == 0
    finally:
        connection.close()


def test_a_camera_may_publish_all_that_it_publishes(fleet: Fleet, camera: tuple[str, IotCore]) -> None:
    name, connection = camera
    thing = thing_name(STAGE, name)
    received: list[Any] = []
    for answer in ("get/accepted", "update/delta"):
        connection.subscribe(f"$aws/things/{thing}/shadow/name/camera/{answer}", lambda _, text: received.append(text))
    for kind, retain in (("faces", False), ("health", False), ("status", True)):
        connection.publish(topic(STAGE, thing, kind), b'{"status": "online"}', retain=retain)
    fleet.cloud.client("iot-data").update_thing_shadow(
        thingName=thing, shadowName="camera", payload=json.dumps({"state": {"desired": {"filming": False}}})
    )
    connection.publish(f"$aws/things/{thing}/shadow/name/camera/get", b"{}")
    wait_until("the settings", lambda: any(b"filming" in text for text in received))
    assert connection.connections == 1, "AWS IoT disconnects a client that violates its policy"
    assert fleet.retained(name) == "online"


@pytest.mark.parametrize(
    ("refused", "retain"),
    [
        ("homeward/demo-dev/{other}/faces", False),
        ("homeward/demo-dev/{own}/anything", False),
        ("homeward/demo-dev/{own}/faces", True),
        ("homeward/demo-prod/{own}/faces", False),
        ("homeward/v1/{own}/faces", False),
        ("$aws/things/{other}/shadow/name/camera/update", False),
        ("$aws/things/{own}/infer", False),
    ],
)
def test_a_foreign_topic_is_refused(camera: tuple[str, IotCore], refused: str, *, retain: bool) -> None:
    name, connection = camera
    with pytest.raises(PublishError):
        connection.publish(refused.format(own=thing_name(STAGE, name), other="demo-dev_cam-99"), b"{}", retain=retain)


def test_a_client_without_a_certificate_is_refused(fleet: Fleet, camera: tuple[str, IotCore]) -> None:
    def answer(certificate: Path | None) -> bytes:
        context = ssl.create_default_context(cafile=fleet.cloud.iot_ca)
        if certificate:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        address = ("localhost", fleet.cloud.settings.mqtt_port)
        with (
            socket.create_connection(address, timeout=10) as raw,
            context.wrap_socket(raw, server_hostname="localhost") as tls,
        ):
            tls.sendall(mqtt_connect(thing_name(STAGE, camera[0])))
            return tls.recv(4)

    assert answer(fleet.folder / f"{camera[0]}.crt").startswith(CONNACK)
    # In TLS 1.3 the refusal comes after the client's handshake: as an alert, or as the end of the connection.
    try:
        refusal = answer(None)
    except (ssl.SSLError, ConnectionError):
        refusal = b""
    assert refusal == b""


def test_a_foreign_client_id_is_refused(fleet: Fleet, camera: tuple[str, IotCore]) -> None:
    other = fleet.register("cam-other")
    assert is_refused(fleet.camera("cam-other", certificate_of=camera[0]))
    assert is_refused(fleet.camera("claim-1", certificate_of=camera[0]))
    other.publish(topic(STAGE, thing_name(STAGE, "cam-other"), "health"), b"{}")
    assert other.connections == 1, "the camera with that name stays connected"
    other.close()


def test_a_revoked_camera_is_disconnected_and_refused(fleet: Fleet, camera: tuple[str, IotCore]) -> None:
    name, connection = camera
    status = topic(STAGE, thing_name(STAGE, name), "status")
    connection.publish(status, b'{"status": "online"}', retain=True)
    revocation = revoke_camera(fleet.deployment, name)
    assert (revocation.found, revocation.still_connected) == (True, None)
    wait_until("the connection to end", lambda: not connection.wait_connected(0))
    connection.close()
    assert is_refused(fleet.camera(name))
    with pytest.raises(fleet.cloud.client("iot-data").exceptions.ClientError):
        fleet.cloud.client("iot-data").get_retained_message(topic=status)
    assert not revoke_camera(fleet.deployment, name).found


def test_a_claim_certificate_can_only_provision_once(fleet: Fleet) -> None:
    claim, deployment = fleet.camera("claim-1", certificate_of="claim"), fleet.deployment
    iot, policy = fleet.cloud.client("iot"), deployment["ClaimPolicyName"]
    arn = new_certificate(iot, [policy], certificate=fleet.folder / "claim.crt", key=fleet.folder / "claim.key")
    until = now().replace(year=now().year + 1)
    place = {"camera": "cam-claimed", "site": "Pier", "serial_number": "SN-1"}
    reserve(fleet.cloud.client("dynamodb"), table=deployment["CamerasTable"], **place, until=until, now=now())

    def join(camera: str, serial_number: str) -> str:
        template = FleetClaim(claim.endpoint, deployment["ProvisioningTemplate"])
        return provision_by_claim(template, camera=camera, serial_number=serial_number, folder=fleet.folder).thing

    for camera, serial_number in (("cam-claimed", "SN-2"), ("cam-unheard-of", "SN-1")):
        with pytest.raises(PublishError, match="Denied"):
            join(camera, serial_number)
    thing = join("cam-claimed", "SN-1")
    assert thing == thing_name(STAGE, "cam-claimed")
    with pytest.raises(PublishError, match="Denied"):
        join("cam-claimed", "SN-1")

    claim.connect()
    assert claim.wait_connected(20), claim.failure
    with pytest.raises(PublishError):
        claim.publish(topic(STAGE, thing, "faces"), b"{}")
    claim.close()
    assert is_refused(fleet.camera("cam-claimed", certificate_of="claim"))
    delete_certificate(iot, arn)
    assert is_refused(fleet.camera("claim-1", certificate_of="claim"))
    joined = fleet.camera("cam-claimed")
    joined.connect()
    assert joined.wait_connected(20), joined.failure
    joined.publish(topic(STAGE, thing, "faces"), b"{}")
    joined.close()
    assert iot.describe_thing(thingName=thing)["thingTypeName"] == deployment["CameraType"]
    assert thing in iot.list_things_in_thing_group(thingGroupName=deployment["CameraGroup"])["things"]


def test_one_of_many_concurrent_devices_gets_the_reservation(fleet: Fleet) -> None:
    """Not with moto, whose conditions are not atomic between threads."""
    dynamodb, table = fleet.cloud.client("dynamodb"), fleet.deployment["CamerasTable"]
    place = {"camera": "cam-raced", "serial_number": "SN-1"}
    thing = thing_name(STAGE, "cam-raced")
    assert reserve(dynamodb, table=table, **place, site="Pier", until=now() + timedelta(days=1), now=now())

    def join(number: int) -> str | None:
        return claim_camera(dynamodb, table=table, thing=thing, **place, certificate=f"certificate-{number}", now=now())

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(join, range(16)))
    assert refused.count(None) == 1
    assert refused.count("another device has claimed the camera") == 15
