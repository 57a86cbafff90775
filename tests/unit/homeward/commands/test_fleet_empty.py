"""`homeward fleet empty` against AWS IoT as the emulator has it, which deletes nothing that is in use.

The stacks have what the stack Fleet has in AWS IoT, without functions. One environment's name begins with another's.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from homeward.cli import app
from homeward.deployment.outputs import Deployment, describe_stack
from homeward.fleet.cameras_table import read_entry
from homeward.fleet.certificates import certificates_of, new_certificate, targets_of
from homeward.fleet.registration import register_camera, register_thing, reserve_camera
from lambdas.common.things import thing_name, topic
from lambdas.common.times import now
from local_cloud.demo.watch import wait_until
from local_cloud.emulator.faults import Fault
from local_cloud.lifecycle import running_cloud
from local_cloud.paths import ROOT
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.cloud import Cloud

OAK, OTHER = "oak-dev", "oak-dev-dev"
ALLOW_NOTHING = {"Version": "2012-10-17", "Statement": []}


@dataclass(frozen=True)
class Fleet:
    """The stack Fleet of one environment, and the files of its cameras."""

    cloud: Cloud
    stage: str
    folder: Path

    @property
    def iot(self) -> Any:
        return self.cloud.client("iot")

    @property
    def stack(self) -> str:
        return f"{self.stage}-Fleet"

    @property
    def deployment(self) -> Deployment:
        [stack] = self.cloud.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        return Deployment(stage=self.stage, outputs=outputs, client=self.cloud.client)

    def deploy(self) -> None:
        """Create the stack."""
        names = {
            "CameraType": "CameraType",
            "CameraGroup": "CameraGroup",
            "CameraPolicyName": "CameraPolicy",
            "ClaimPolicyName": "ClaimPolicy",
            "CamerasTable": "Cameras",
        }
        outputs: dict[str, Any] = {name: {"Value": {"Ref": resource}} for name, resource in names.items()}
        outputs["CameraGroup"] = {"Value": self.stage}
        template = {"Resources": self._resources(), "Outputs": outputs}
        cloudformation = self.cloud.client("cloudformation")
        cloudformation.create_stack(StackName=self.stack, TemplateBody=json.dumps(template))
        wait_until("the stack", lambda: self.status() == "CREATE_COMPLETE")

    def _resources(self) -> dict[str, Any]:
        tags = [{"Key": "homeward:stage", "Value": self.stage}]
        policy = {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": ALLOW_NOTHING, "Tags": tags}}
        table = {
            "AttributeDefinitions": [{"AttributeName": "camera", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "camera", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        return {
            "CameraType": {"Type": "AWS::IoT::ThingType", "Properties": {"Tags": tags}},
            "CameraGroup": {"Type": "AWS::IoT::ThingGroup", "Properties": {"ThingGroupName": self.stage, "Tags": tags}},
            "CameraPolicy": policy,
            "ClaimPolicy": policy,
            "Cameras": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        }

    def add(self, camera: str) -> str:
        """Add a camera with settings and a status, and return its thing."""
        certificate, key = self.folder / f"{camera}.crt", self.folder / f"{camera}.key"
        thing = register_camera(self.deployment, camera, site="Dock", certificate=certificate, key=key)
        data = self.cloud.client("iot-data")
        data.update_thing_shadow(thingName=thing, shadowName="camera", payload=b'{"state": {"desired": {}}}')
        self.report(camera, "offline")
        return thing

    def report(self, camera: str, status: str) -> None:
        """Leave the camera's retained status."""
        self.cloud.client("iot-data").publish(
            topic=self.status_topic(camera), qos=1, retain=True, payload=json.dumps({"status": status}).encode()
        )

    def status_topic(self, camera: str) -> str:
        return topic(self.stage, thing_name(self.stage, camera), "status")

    def add_claim_certificate(self) -> str:
        """Add what `homeward camera claim-certificate` makes, and return its ARN."""
        certificate, key = self.folder / "claim.crt", self.folder / "claim.key"
        return new_certificate(self.iot, [self.deployment["ClaimPolicyName"]], certificate=certificate, key=key)

    def empty(self, *options: str, code: int = 0) -> str:
        """Run `homeward fleet empty`, check its exit code, and return its output."""
        command = ["fleet", "empty", "-a", self.stage, *options]
        done = CliRunner().invoke(app, command, env=self.cloud.environment)
        assert done.exit_code == code, done.output
        return str(done.output)

    def answer(self, text: str) -> int:
        """Run the command on a terminal, answer its question, and return its exit code."""
        command = [sys.executable, "-m", "homeward", "fleet", "empty", "-a", self.stage]
        environment = {**os.environ, **self.cloud.environment}
        controller, terminal = pty.openpty()
        os.write(controller, text.encode())
        try:
            return subprocess.run(command, env=environment, stdin=terminal, check=False, cwd=ROOT).returncode
        finally:
            os.close(controller)
            os.close(terminal)

    def delete_stack(self, **options: Any) -> str | None:
        """Delete the stack, and return its final status. None: it is gone."""
        self.cloud.client("cloudformation").delete_stack(StackName=self.stack, **options)
        wait_until("the deletion", lambda: self.status() != "DELETE_IN_PROGRESS")
        return self.status()

    def status(self) -> str | None:
        stack = describe_stack(self.cloud.client("cloudformation"), self.stack)
        return None if stack is None else str(stack["StackStatus"])

    def things(self) -> list[str]:
        return sorted(thing["thingName"] for thing in self.iot.list_things()["things"])

    def certificates(self) -> set[str]:
        return {certificate["certificateArn"] for certificate in self.iot.list_certificates()["certificates"]}

    def policies(self) -> set[str]:
        return {policy["policyName"] for policy in self.iot.list_policies()["policies"]}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), services=("emulator",)).with_free_ports()
    with running_cloud(settings) as cloud:
        yield cloud


@pytest.fixture
def oak(cloud: Cloud, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(cloud, OAK, tmp_path / OAK)
    fleet.deploy()
    yield fleet
    cloud.reset()


@pytest.fixture
def other(oak: Fleet, tmp_path: Path) -> Fleet:
    """Another environment, with one camera and a claim certificate."""
    fleet = Fleet(oak.cloud, OTHER, tmp_path / OTHER)
    fleet.deploy()
    fleet.add("cam-01")
    fleet.add_claim_certificate()
    return fleet


def test_emptied_fleet_can_be_destroyed_and_its_neighbor_is_whole(oak: Fleet, other: Fleet) -> None:
    neighbors = other.certificates()
    for camera in ("cam-01", "cam-02"):
        oak.add(camera)
    oak.add_claim_certificate()
    reserve_camera(oak.deployment, "cam-03", site="Dock", serial_number="SN-1", until=now())
    oak.iot.create_thing(thingName="cam-09", thingTypeName=oak.deployment["CameraType"])  # from before the migration
    for thing in ("deeplens_abc", "oak-dev_pump"):
        oak.iot.create_thing(thingName=thing)
    register_thing(oak.deployment, "lens-1", thing="deeplens_abc", site="Library")
    table = oak.deployment["CamerasTable"]
    before = oak.things()
    listed = oak.empty("--dry-run")
    assert "would delete thing oak-dev_cam-02\n" in listed
    assert "would delete entry of cam-03\n" in listed
    assert "oak-dev_pump" not in listed
    assert OTHER not in listed
    assert (oak.things(), len(oak.certificates())) == (before, 5)
    assert "5 cameras and 1 claim certificate deleted" in oak.empty()
    assert oak.things() == ["deeplens_abc", "oak-dev-dev_cam-01", "oak-dev_pump"]
    assert oak.certificates() == neighbors
    assert oak.cloud.client("dynamodb").scan(TableName=table)["Count"] == 0
    data = oak.cloud.client("iot-data")
    assert [each["topic"] for each in data.list_retained_messages()["retainedTopics"]] == [other.status_topic("cam-01")]
    with pytest.raises(data.exceptions.ResourceNotFoundException):
        data.get_thing_shadow(thingName="oak-dev_cam-01", shadowName="camera")
    assert "oak-dev has no camera" in oak.empty()
    assert oak.delete_stack() is None
    assert "oak-dev has no camera" in oak.empty()
    assert read_entry(other.deployment, "cam-01") is not None


def test_cameras_that_are_online_stop_the_command(oak: Fleet) -> None:
    for camera in ("cam-01", "cam-02"):
        oak.add(camera)
    oak.report("cam-02", "online")
    for options in ((), ("--dry-run",), ("--yes",)):
        assert "1 camera is online: cam-02. Stop them first, or use --live" in oak.empty(*options, code=5)
    assert oak.things() == ["oak-dev_cam-01", "oak-dev_cam-02"]
    oak.empty("--live")
    assert (oak.things(), oak.certificates()) == ([], set())


def test_half_deleted_stack_is_emptied_and_then_deleted(oak: Fleet, other: Fleet) -> None:
    """The table is gone. AWS IoT has refused to delete what was in use."""
    neighbors = other.certificates()
    oak.add("cam-01")
    oak.add_claim_certificate()
    assert oak.delete_stack() == "DELETE_FAILED"
    assert oak.cloud.client("dynamodb").list_tables()["TableNames"] == [other.deployment["CamerasTable"]]
    oak.empty()
    assert (oak.things(), oak.certificates()) == (["oak-dev-dev_cam-01"], neighbors)
    assert oak.delete_stack() is None
    assert oak.policies() == {other.deployment[name] for name in ("CameraPolicyName", "ClaimPolicyName")}


def test_fleet_is_found_by_its_tags_if_the_stack_is_gone(oak: Fleet, other: Fleet) -> None:
    neighbors, policies = other.certificates(), other.policies() - {OAK}
    kept = {other.deployment[name] for name in ("CameraPolicyName", "ClaimPolicyName")}
    oak.add("cam-01")
    oak.add_claim_certificate()
    assert oak.delete_stack() == "DELETE_FAILED"
    assert oak.delete_stack(RetainResources=["CameraType", "CameraPolicy", "ClaimPolicy"]) is None
    assert oak.policies() == policies
    oak.empty()
    assert (oak.things(), oak.certificates()) == (["oak-dev-dev_cam-01"], neighbors)
    assert oak.policies() == kept
    types = [each["thingTypeName"] for each in oak.iot.list_thing_types()["thingTypes"]]
    assert types == [other.deployment["CameraType"]]


def test_interrupted_run_is_completed_by_the_next(oak: Fleet) -> None:
    oak.add("cam-01")
    oak.add_claim_certificate()
    for method in ("PUT", "DELETE", "POST"):
        with oak.cloud.failing(Fault("iot", method, times=99, status=400, code="UnauthorizedException")):
            oak.empty(code=1)
    assert read_entry(oak.deployment, "cam-01") is not None
    oak.empty()
    assert (oak.things(), oak.certificates()) == ([], set())


def test_camera_without_a_type_is_found_by_its_certificate(oak: Fleet) -> None:
    """AWS documents removing the type from things as the way to delete a thing type."""
    thing = oak.add("cam-01")
    oak.iot.remove_thing_from_thing_group(thingName=thing, thingGroupName=OAK)
    oak.iot.update_thing(thingName=thing, removeThingType=True)
    oak.empty()
    assert (oak.things(), oak.certificates()) == ([], set())


def test_certificate_without_its_thing_is_found_by_its_policy(oak: Fleet) -> None:
    thing = oak.add("cam-01")
    [arn] = certificates_of(oak.iot, thing)
    oak.iot.detach_thing_principal(thingName=thing, principal=arn)
    oak.iot.delete_thing(thingName=thing)
    oak.empty()
    assert oak.certificates() == set()


def test_certificate_that_others_use_too_is_only_detached(oak: Fleet, other: Fleet) -> None:
    shared = oak.add_claim_certificate()
    oak.iot.attach_policy(policyName=other.deployment["ClaimPolicyName"], target=shared)
    [camera] = certificates_of(oak.iot, "oak-dev-dev_cam-01")
    oak.iot.attach_policy(policyName=oak.deployment["CameraPolicyName"], target=camera)
    group = oak.iot.describe_thing_group(thingGroupName=OTHER)["thingGroupArn"]
    oak.iot.attach_policy(policyName=oak.deployment["CameraPolicyName"], target=group)
    output = oak.empty()
    assert "which oak-dev-dev_cam-01 also uses" in output
    assert {shared, camera} <= oak.certificates()
    assert shared in targets_of(oak.iot, other.deployment["ClaimPolicyName"])
    states = {each["certificateArn"]: each["status"] for each in oak.iot.list_certificates()["certificates"]}
    assert (states[shared], states[camera]) == ("ACTIVE", "ACTIVE")
    assert oak.delete_stack() is None


@pytest.mark.parametrize(("answer", "code", "things"), [("n\n", 1, ["oak-dev_cam-01"]), ("y\n", 0, [])])
def test_terminal_is_asked_before_anything_is_deleted(oak: Fleet, answer: str, code: int, things: list[str]) -> None:
    oak.add("cam-01")
    assert oak.answer(answer) == code
    assert oak.things() == things
