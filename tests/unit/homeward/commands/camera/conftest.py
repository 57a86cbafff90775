"""A fleet for the camera commands: moto's AWS IoT and a fake data plane."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import stamina
from botocore.exceptions import ClientError

from homeward.deployment.outputs import Deployment
from homeward.fleet.registration import register_camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from tests.support.town import Town

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
OUTPUTS = {
    "CamerasTable": "cameras",
    "CameraType": "camera-type",
    "CameraGroup": "town-dev",
    "CameraPolicyName": "camera-policy",
    "ClaimPolicyName": "claim-policy",
    "ProvisioningTemplate": "template",
}


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


class Broker:
    """A data plane of AWS IoT. moto has no connections and no retained messages."""

    def __init__(self) -> None:
        self.retained: dict[str, tuple[bytes, int]] = {}
        self.shadows: set[tuple[str, str]] = set()
        self.connected: set[str] = set()
        self.refuses: str | None = None

    def get_retained_message(self, *, topic: str) -> dict[str, Any]:
        if topic not in self.retained:
            raise refusal("ResourceNotFoundException", "GetRetainedMessage")
        payload, modified = self.retained[topic]
        return {"payload": payload, "lastModifiedTime": modified}

    def publish(self, *, topic: str, qos: int, retain: bool, payload: bytes) -> None:
        assert (qos, retain, payload) == (1, True, b"")
        self.retained.pop(topic, None)

    def get_thing_shadow(self, *, thingName: str, shadowName: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        if (thingName, shadowName) not in self.shadows:
            raise refusal("ResourceNotFoundException", "GetThingShadow")
        return {"payload": io.BytesIO(json.dumps({"state": {"desired": {"filming": False}}}).encode())}

    def update_thing_shadow(self, *, thingName: str, shadowName: str, payload: bytes) -> None:  # noqa: N803 - AWS's
        assert json.loads(payload) == {"state": {"desired": {"filming": False}}}
        self.shadows.add((thingName, shadowName))

    def delete_thing_shadow(self, **shadow: str) -> None:
        if tuple(shadow.values()) not in self.shadows:
            raise refusal("ResourceNotFoundException", "DeleteThingShadow")
        self.shadows.remove((shadow["thingName"], shadow["shadowName"]))

    def delete_connection(self, *, clientId: str, cleanSession: bool, preventWillMessage: bool) -> None:  # noqa: N803 - AWS's
        assert cleanSession
        assert preventWillMessage, "the last will would leave a retained status of a deleted camera"
        if self.refuses:
            raise refusal(self.refuses, "DeleteConnection")
        if clientId not in self.connected:
            raise refusal("ResourceNotFoundException", "DeleteConnection")
        self.connected.remove(clientId)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def iot(aws: None) -> IoTClient:
    client = boto3.client("iot")
    client.create_thing_type(thingTypeName="camera-type")
    client.create_thing_group(thingGroupName="town-dev")
    for policy in ("camera-policy", "core-policy", "claim-policy"):
        client.create_policy(policyName=policy, policyDocument=POLICY)
    return client


@pytest.fixture
def fleet(iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker) -> Deployment:
    clients: dict[str, Any] = {"iot": iot, "dynamodb": dynamodb, "iot-data": broker}
    return Deployment(stage="town-dev", outputs=OUTPUTS, client=clients.__getitem__)


@pytest.fixture
def town(deploy: Callable[..., Town], iot: IoTClient, broker: Broker) -> Town:
    return deploy(OUTPUTS, **{"iot-data": broker})


@pytest.fixture(autouse=True)
def no_retry_delays() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5):
        yield


def register(fleet: Deployment, folder: Path, camera: str = "cam-01") -> None:
    register_camera(fleet, camera, site="Dock", certificate=folder / f"{camera}.crt", key=folder / f"{camera}.key")


def listed(town: Town) -> dict[str, dict[str, Any]]:
    result = town.run("camera", "list", "--json")
    assert result.exit_code == 0, result.output
    return {row["camera"]: row for row in json.loads(result.stdout)}


def certificates(iot: IoTClient) -> list[str]:
    return [each["status"] for each in iot.list_certificates()["certificates"]]
