"""`homeward-edge provision`: fleet provisioning by claim, against the local cloud's AWS IoT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from edge_device.core.topics import Topics
from edge_device.publishers.iot_core import Endpoint, IotCore
from tests.edge.support.command_line import homeward_edge
from tests.edge.support.emulator import CAMERA_POLICY, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPLATE = "cameras"
TEMPLATE_BODY = {
    "Parameters": {
        "Camera": {"Type": "String"},
        "SerialNumber": {"Type": "String"},
        "AWS::IoT::Certificate::Id": {"Type": "String"},
    },
    "Resources": {
        "thing": {
            "Type": "AWS::IoT::Thing",
            "Properties": {"ThingName": {"Fn::Join": ["", ["oak-dev_", {"Ref": "Camera"}]]}},
        },
        "certificate": {
            "Type": "AWS::IoT::Certificate",
            "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "Active"},
        },
        "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": json.dumps(CAMERA_POLICY)}},
    },
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    emulator.start()
    role = emulator.new_role("provisioning", service="iot.amazonaws.com", actions="iot:*")
    emulator.iot.create_provisioning_template(
        templateName=TEMPLATE, templateBody=json.dumps(TEMPLATE_BODY), enabled=True, provisioningRoleArn=role
    )
    yield emulator
    emulator.stop()


@pytest.fixture
def claim(emulator: Emulator) -> Endpoint:
    """The claim certificate, which belongs to no thing."""
    statement = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
    return emulator.new_certificate("claim", {"Version": "2012-10-17", "Statement": [statement]})


def test_camera_can_publish_with_its_own_certificate(emulator: Emulator, claim: Endpoint, tmp_path: Path) -> None:
    result = homeward_edge(
        *("provision", "--camera", "cam-21", "--endpoint", claim.host, "--port", str(claim.port)),
        *("--claim-cert", str(claim.certificate), "--claim-key", str(claim.key), "--ca", str(claim.ca)),
        *("--template", TEMPLATE, "--folder", str(tmp_path)),
    )
    assert result.exit_code == 0, result.output
    key = tmp_path / "cam-21.key"
    assert key.stat().st_mode & 0o077 == 0
    assert 'camera = "oak-dev_cam-21"' in result.stdout
    endpoint = Endpoint(claim.host, tmp_path / "cam-21.crt", key, claim.ca, claim.port)
    camera = IotCore(endpoint, thing="oak-dev_cam-21")
    camera.connect()
    assert camera.wait_connected(10), camera.failure
    camera.publish(Topics("oak-dev_cam-21").faces, b"{}")
    camera.close()


def test_unknown_template_is_an_error(claim: Endpoint, tmp_path: Path) -> None:
    result = homeward_edge(
        *("provision", "--camera", "cam-22", "--endpoint", claim.host, "--port", str(claim.port)),
        *("--claim-cert", str(claim.certificate), "--claim-key", str(claim.key), "--ca", str(claim.ca)),
        *("--template", "no-such-template", "--folder", str(tmp_path)),
    )
    assert result.exit_code == 1
    assert "provisioning failed" in result.stderr
    assert list(tmp_path.glob("cam-22*")) == []


def test_unwritable_folder_fails_before_the_thing_is_registered(
    emulator: Emulator, claim: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    result = homeward_edge(
        *("provision", "--camera", "cam-23", "--endpoint", claim.host, "--port", str(claim.port)),
        *("--claim-cert", str(claim.certificate), "--claim-key", str(claim.key), "--ca", str(claim.ca)),
        *("--template", TEMPLATE, "--folder", str(tmp_path / "file")),
    )
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.stderr
    assert "oak-dev_cam-23" not in [thing["thingName"] for thing in emulator.iot.list_things()["things"]]
