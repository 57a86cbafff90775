"""The MQTT broker of the emulator: certificates, topic rules, last wills, revocation."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from awscrt import mqtt5
from awscrt.io import ClientTlsContext, TlsContextOptions

from homeward.deployment.outputs import Deployment
from homeward.fleet.registration import register_camera
from homeward.fleet.revocation import revoke_camera
from lambdas.common.things import thing_name
from local_cloud.pipeline.tables import make_table
from tests.end_to_end.local_cloud.functions import ROLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_cloud.cloud import Cloud


@pytest.fixture(scope="module")
def fleet(cloud: Cloud) -> Deployment:
    """The resources of the fleet stack that registration needs."""
    allow = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    names = ("CamerasTable", "CameraType", "CameraGroup", "CameraPolicyName")
    iot = cloud.client("iot")
    make_table(cloud.client("dynamodb"), "CamerasTable", {"camera": "HASH"})
    iot.create_thing_type(thingTypeName="CameraType")
    iot.create_thing_group(thingGroupName="CameraGroup")
    iot.create_policy(policyName="CameraPolicyName", policyDocument=policy)
    return Deployment(stage="local", outputs={name: name for name in names}, client=cloud.client)


@dataclass(frozen=True)
class Camera:
    """What an MQTT client needs to connect as a camera."""

    thing: str
    port: int
    certificate: Path
    key: Path
    ca: Path


def make_camera(cloud: Cloud, fleet: Deployment, name: str, folder: Path) -> Camera:
    camera = Camera(
        thing_name(fleet.stage, name),
        cloud.settings.mqtt_port,
        folder / "camera.crt",
        folder / "camera.key",
        cloud.iot_ca,
    )
    register_camera(fleet, name, site="Dock", certificate=camera.certificate, key=camera.key)
    return camera


@pytest.fixture(scope="module")
def camera(cloud: Cloud, fleet: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return make_camera(cloud, fleet, "cam-01", tmp_path_factory.mktemp("camera"))


class Connection:
    """One MQTT 5 connection attempt. `error` is None if it succeeded."""

    def __init__(self, make: Callable[..., mqtt5.Client]) -> None:
        self.error: Exception | None = None
        self._settled = threading.Event()
        self.client = make(
            on_lifecycle_event_connection_success_fn=lambda _: self._settled.set(),
            on_lifecycle_event_connection_failure_fn=self._failed,
        )
        self.client.start()
        assert self._settled.wait(20)

    def _failed(self, data: mqtt5.LifecycleConnectFailureData) -> None:
        self.error = data.exception
        self._settled.set()


def connect(camera: Camera, *, certificate: bool, **options: Any) -> Connection:
    """Connect as the camera, with or without its certificate, and verify the broker."""
    if certificate:
        tls = TlsContextOptions.create_client_with_mtls_from_path(str(camera.certificate), str(camera.key))
    else:
        tls = TlsContextOptions()
    tls.override_default_trust_store_from_path(None, str(camera.ca))
    return Connection(
        lambda **callbacks: mqtt5.Client(
            mqtt5.ClientOptions(
                host_name="localhost",  # a name in the broker's certificate
                port=camera.port,
                tls_ctx=ClientTlsContext(tls),
                connect_options=mqtt5.ConnectPacket(client_id=camera.thing, **options),
                **callbacks,
            )
        )
    )


def test_a_camera_with_its_certificate_reaches_the_rule(cloud: Cloud, camera: Camera) -> None:
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="faces")["QueueUrl"]
    selected = "encode(*, 'base64') AS payload, topic(3) AS thing, clientid() AS client_id"
    sql = f"SELECT {selected} FROM 'homeward/local/+/faces' WHERE detection.confidence > 0.8"  # noqa: S608  (IoT's own SQL)
    action = {"sqs": {"queueUrl": queue, "roleArn": ROLE, "useBase64": False}}
    cloud.client("iot").create_topic_rule(ruleName="faces", topicRulePayload={"sql": sql, "actions": [action]})
    connection = connect(camera, certificate=True)
    assert connection.error is None

    for confidence in (0.5, 0.93):
        payload = json.dumps({"detection": {"confidence": confidence}, "thing": "forged"})
        packet = mqtt5.PublishPacket(
            topic="homeward/local/local_cam-01/faces", payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE
        )
        connection.client.publish(packet).result(10)
    connection.client.stop()

    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10, MaxNumberOfMessages=10)["Messages"]
    encoded = base64.b64encode(payload.encode()).decode()
    expected = {"payload": encoded, "thing": "local_cam-01", "client_id": "local_cam-01"}
    assert [json.loads(message["Body"]) for message in received] == [expected]


def test_a_client_without_a_certificate_is_refused(camera: Camera) -> None:
    connection = connect(camera, certificate=False)
    connection.client.stop()

    assert connection.error is not None


@pytest.mark.parametrize("prevented", [False, True])
def test_delete_connection_sends_the_will_unless_prevented(
    cloud: Cloud, fleet: Deployment, tmp_path: Path, *, prevented: bool
) -> None:
    data, name = cloud.client("iot-data"), f"cam-will-{prevented}"
    camera = make_camera(cloud, fleet, name, tmp_path)
    will = mqtt5.PublishPacket(topic=f"{name}/status", payload=b"gone", qos=mqtt5.QoS.AT_LEAST_ONCE, retain=True)
    connection = connect(camera, certificate=True, will=will)

    data.delete_connection(clientId=camera.thing, preventWillMessage=prevented)
    connection.client.stop()

    if prevented:
        with pytest.raises(data.exceptions.ResourceNotFoundException):
            data.get_retained_message(topic=f"{name}/status")
    else:
        assert data.get_retained_message(topic=f"{name}/status")["payload"] == b"gone"
    with pytest.raises(data.exceptions.ResourceNotFoundException):
        data.delete_connection(clientId="nobody")
    revoke_camera(fleet, name)


def test_revocation_refuses_a_camera_and_detaches_policies(cloud: Cloud, fleet: Deployment, tmp_path: Path) -> None:
    def targets() -> list[str]:
        listed = cloud.client("iot").list_targets_for_policy(policyName="CameraPolicyName")
        return [str(arn) for arn in listed["targets"]]

    before = targets()
    gone = make_camera(cloud, fleet, "cam-02", tmp_path)
    assert len(targets()) == len(before) + 1
    revoke_camera(fleet, "cam-02")

    connection = connect(gone, certificate=True)
    connection.client.stop()

    assert connection.error is not None
    assert targets() == before, "a stack cannot delete a policy that is attached to a certificate"
