"""Runs only the local cloud's AWS IoT Core: an MQTT broker with mutual TLS, things, policies and shadows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from edge_device.publishers.iot_core import Endpoint
from tests.edge.support.broker import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot_data import IoTDataPlaneClient

# The permissions of a camera in AWS IoT.
CAMERA_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "iot:Connect",
            "Resource": "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}",
        },
        {
            "Effect": "Allow",
            "Action": ["iot:Publish", "iot:RetainPublish"],
            "Resource": [
                "arn:aws:iot:*:*:topic/homeward/*/${iot:Connection.Thing.ThingName}/*",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/camera/*",
            ],
        },
        {
            "Effect": "Allow",
            "Action": "iot:Subscribe",
            "Resource": (
                "arn:aws:iot:*:*:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/camera/*"
            ),
        },
        {
            "Effect": "Allow",
            "Action": "iot:Receive",
            "Resource": "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/camera/*",
        },
    ],
}


@dataclass
class Emulator:
    """The emulator process. It enforces device policies, as AWS IoT does."""

    folder: Path
    http_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        own = {"GATEWAY_PORT": str(self.http_port), "IOT_MTLS_PORT": str(self.mqtt_port), "BIND_HOST": "127.0.0.1"}
        own["PERMISSION_RECORD"] = str(self.folder / "permissions.jsonl")
        environment = {"PATH": os.environ["PATH"], "SFTP_ENABLED": "0", "AUTH": "true", **own}
        with (self.folder / "emulator.log").open("wb") as log:
            command = [sys.executable, "-m", "local_cloud.emulator"]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "emulator.log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(20)

    @property
    def iot(self) -> IoTClient:
        client: IoTClient = self._client("iot")
        return client

    @property
    def iot_data(self) -> IoTDataPlaneClient:
        client: IoTDataPlaneClient = self._client("iot-data")
        return client

    def new_camera(self, thing: str) -> tuple[Endpoint, str]:
        """Create a thing with certificate and camera policy; returns its endpoint and certificate id."""
        self.iot.create_thing(thingName=thing)
        endpoint, arn = self._new_certificate(thing, CAMERA_POLICY)
        self.iot.attach_thing_principal(thingName=thing, principal=arn)
        return endpoint, arn.rpartition("/")[2]

    def new_certificate(self, name: str, policy: dict[str, Any]) -> Endpoint:
        """Create an active certificate without a thing."""
        return self._new_certificate(name, policy)[0]

    def new_role(self, name: str, *, service: str, actions: str) -> str:
        """Create a role that a service may assume; returns its ARN."""
        iam = self._client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
        rights = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=_document(rights))
        arn: str = made["Role"]["Arn"]
        return arn

    def _new_certificate(self, name: str, policy: dict[str, Any]) -> tuple[Endpoint, str]:
        iot = self.iot
        made = iot.create_keys_and_certificate(setAsActive=True)
        policy_name = f"{name}-{made['certificateId'][:8]}"
        iot.create_policy(policyName=policy_name, policyDocument=json.dumps(policy))
        iot.attach_policy(policyName=policy_name, target=made["certificateArn"])
        certificate, key, ca = (self.folder / f"{name}.{suffix}" for suffix in ("crt", "key", "ca"))
        certificate.write_text(made["certificatePem"])
        key.write_text(made["keyPair"]["PrivateKey"])
        ca.write_bytes(self._get("/_ministack/iot/ca.pem").content)
        return Endpoint("localhost", certificate, key, ca, self.mqtt_port), made["certificateArn"]

    def _answers(self) -> bool:
        try:
            return self._get("/_ministack/health").status_code < 500
        except httpx.TransportError:
            return False

    def _get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.http_port}{path}", trust_env=False)

    def _client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.http_port}",
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="local",
        )


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
