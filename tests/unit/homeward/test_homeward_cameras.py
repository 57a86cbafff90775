from __future__ import annotations

import json
import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import stamina
from botocore.exceptions import ClientError

from homeward.deployment import Deployment
from homeward.fleet import NameTakenError, register_camera, revoke_camera
from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import now, to_text
from lambdas.fleet.claims import reserve, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from tests.unit.homeward.conftest import Town

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
    """The data plane of AWS IoT, in as much as the command line uses it; moto has neither connections nor retained."""

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

    def delete_thing_shadow(self, **shadow: str) -> None:
        if tuple(shadow.values()) not in self.shadows:
            raise refusal("ResourceNotFoundException", "DeleteThingShadow")
        self.shadows.remove((shadow["thingName"], shadow["shadowName"]))

    def delete_connection(self, *, clientId: str, cleanSession: bool, preventWillMessage: bool) -> None:  # noqa: N803 - AWS's
        assert cleanSession
        assert preventWillMessage, "the last will would say gone, retained, of a camera that is no more"
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
def without_waiting() -> Iterator[None]:
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


def test_a_camera_has_type_group_policy_and_a_key_that_only_its_owner_reads(
    fleet: Deployment, iot: IoTClient, tmp_path: Path
) -> None:
    register(fleet, tmp_path)
    assert iot.describe_thing(thingName="cam-01")["thingTypeName"] == "camera-type"
    assert iot.list_things_in_thing_group(thingGroupName="town-dev")["things"] == ["cam-01"]
    [arn] = iot.list_thing_principals(thingName="cam-01")["principals"]
    attached = iot.list_attached_policies(target=arn)["policies"]
    assert [policy["policyName"] for policy in attached] == ["camera-policy"]
    assert certificates(iot) == ["ACTIVE"]
    assert stat.S_IMODE((tmp_path / "cam-01.key").stat().st_mode) == 0o600
    assert "PRIVATE KEY" in (tmp_path / "cam-01.key").read_text()


def test_a_camera_of_a_fleet_with_greengrass_is_a_core_device(
    fleet: Deployment, iot: IoTClient, tmp_path: Path
) -> None:
    with_core = Deployment(stage=fleet.stage, outputs={**OUTPUTS, "CorePolicyName": "core-policy"}, client=fleet.client)
    register(with_core, tmp_path)
    [arn] = iot.list_thing_principals(thingName="cam-01")["principals"]
    attached = {policy["policyName"] for policy in iot.list_attached_policies(target=arn)["policies"]}
    assert attached == {"camera-policy", "core-policy"}


def test_a_name_is_taken_by_a_camera_a_reservation_and_a_foreign_thing(
    fleet: Deployment, iot: IoTClient, dynamodb: DynamoDBClient, tmp_path: Path
) -> None:
    register(fleet, tmp_path)
    place = {"site": "Dock", "serial_number": "SN-1", "until": now() + timedelta(days=1), "now": now()}
    assert reserve(dynamodb, table="cameras", camera="cam-02", **place)  # type: ignore[arg-type] # of several types
    iot.create_thing(thingName="pump-7")
    for camera, advice in (("cam-01", "revoke it"), ("cam-02", "revoke it"), ("pump-7", "choose another name")):
        with pytest.raises(NameTakenError, match=advice):
            register(fleet, tmp_path / "again", camera)
    assert not (tmp_path / "again").exists()
    assert certificates(iot) == ["ACTIVE"]


def test_no_certificate_is_good_after_a_registration_that_failed(
    fleet: Deployment, iot: IoTClient, town: Town, tmp_path: Path
) -> None:
    iot.delete_policy(policyName="camera-policy")
    with pytest.raises(ClientError):
        register(fleet, tmp_path)
    assert certificates(iot) == ["INACTIVE"]
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert certificates(iot) == []


def test_revoking_leaves_nothing_and_may_be_repeated(
    fleet: Deployment, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    for camera in ("cam-01", "cam-02"):
        register(fleet, tmp_path, camera)
        broker.connected.add(camera)
        broker.shadows.add((camera, "camera"))
        broker.retained[f"homeward/v1/{camera}/status"] = (b"{}", 0)
    assert revoke_camera(fleet, "cam-01").found
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["cam-02"]
    assert certificates(iot) == ["ACTIVE"]
    assert broker.connected == {"cam-02"}
    assert broker.shadows == {("cam-02", "camera")}
    assert list(broker.retained) == ["homeward/v1/cam-02/status"]
    [left] = dynamodb.scan(TableName="cameras")["Items"]
    assert from_attributes(left)["camera"] == "cam-02"
    assert not revoke_camera(fleet, "cam-01").found
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["cam-02"]


class InterruptedTestError(RuntimeError):
    pass


@pytest.mark.parametrize(
    "call", ["list_thing_principals", "update_certificate", "detach_policy", "detach_thing_principal", "delete_thing"]
)
def test_a_revocation_that_broke_off_is_ended_by_the_next(
    fleet: Deployment, iot: IoTClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    register(fleet, tmp_path)

    def interrupt(**_: Any) -> None:
        raise InterruptedTestError

    with monkeypatch.context() as broken:
        broken.setattr(iot, call, interrupt)
        with pytest.raises(InterruptedTestError):
            revoke_camera(fleet, "cam-01")
    assert revoke_camera(fleet, "cam-01").found
    assert iot.list_things()["things"] == []
    assert "ACTIVE" not in certificates(iot)


def test_what_aws_has_not_detached_yet_is_deleted_a_moment_later(
    fleet: Deployment, iot: IoTClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(fleet, tmp_path)
    delete, refused = iot.delete_thing, iter(["InvalidRequestException"] * 2)

    def still_attached(**arguments: Any) -> None:
        if code := next(refused, None):
            raise refusal(code, "DeleteThing")
        delete(**arguments)

    monkeypatch.setattr(iot, "delete_thing", still_attached)
    assert revoke_camera(fleet, "cam-01").found
    assert iot.list_things()["things"] == []


def test_a_connection_that_cannot_be_cut_does_not_stop_a_revocation(
    fleet: Deployment, town: Town, iot: IoTClient, broker: Broker, tmp_path: Path
) -> None:
    register(fleet, tmp_path)
    broker.refuses = "ForbiddenException"
    result = town.run("camera", "revoke", "cam-01")
    assert result.exit_code == 0
    assert "its connection was not cut" in " ".join(result.stderr.split())
    assert certificates(iot) == []


def test_a_thing_of_something_else_is_left_alone(town: Town, iot: IoTClient) -> None:
    iot.create_thing(thingName="pump-7")
    result = town.run("camera", "revoke", "pump-7")
    assert result.exit_code == 5
    assert "is not of town-dev" in result.stderr
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["pump-7"]


def test_a_reserved_camera_is_revoked_before_a_device_takes_its_place(town: Town, dynamodb: DynamoDBClient) -> None:
    assert town.run("camera", "add", "cam-01", "--site", "Dock", "--claim", "SN-1").exit_code == 0
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    taken = take(dynamodb, table="cameras", camera="cam-01", serial_number="SN-1", certificate="c", now=now())
    assert taken == "no place is reserved for this camera"
    assert town.run("camera", "revoke", "cam-01").exit_code == 3


def test_list_says_how_each_camera_is(
    fleet: Deployment, town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    for camera in ("good", "off"):
        register(fleet, tmp_path, camera)
    [arn] = iot.list_thing_principals(thingName="off")["principals"]
    iot.update_certificate(certificateId=arn.rpartition("/")[2], newStatus="INACTIVE")
    for camera, days in (("waiting", 1), ("late", -1)):
        place = {"serial_number": "SN", "site": "Dock", "until": now() + timedelta(days=days), "now": now()}
        reserve(dynamodb, table="cameras", camera=camera, **place)  # type: ignore[arg-type] # of several types
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "half"}, "site": {"S": "Dock"}})
    broker.retained["homeward/v1/good/status"] = (b'{"status": "online"}', 1_795_402_800_123)
    cameras = listed(town)
    assert {camera: row["state"] for camera, row in cameras.items()} == {
        "good": "active",
        "half": "incomplete",
        "late": "expired",
        "off": "inactive",
        "waiting": "reserved",
    }
    assert cameras["good"]["status"] == "online"
    assert cameras["good"]["status_at"] == "2026-11-23T03:00:00.123Z"
    assert cameras["off"]["status"] is None
    assert cameras["good"]["added_at"] <= to_text(now())
    [line] = [line for line in town.run("camera", "list").stdout.splitlines() if "good" in line]
    assert "online since" in line


def test_add_writes_files_and_refuses_to_overwrite_a_key(town: Town, tmp_path: Path) -> None:
    add = ["camera", "add", "cam-01", "--site", "Dock", "--folder", str(tmp_path)]
    assert town.run(*add).exit_code == 0
    key = (tmp_path / "cam-01.key").read_text()
    again = town.run(*add)
    assert again.exit_code == 1
    assert "move it away" in again.stderr
    elsewhere = town.run(*add[:-1], str(tmp_path / "elsewhere"))
    assert elsewhere.exit_code == 5
    assert (tmp_path / "cam-01.key").read_text() == key


@pytest.mark.parametrize("name", ["cam 01", "cam/01", "+", "claim-1", "x" * 129, ""])
def test_a_name_that_aws_iot_would_refuse_is_refused_first(town: Town, name: str) -> None:
    result = town.run("camera", "add", name, "--site", "Dock")
    assert result.exit_code == 2


def test_a_claim_certificate_replaces_the_ones_before(town: Town, iot: IoTClient, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        assert town.run("camera", "claim-certificate", "--folder", str(tmp_path / folder)).exit_code == 0
    assert certificates(iot) == ["ACTIVE", "ACTIVE"]
    replaced = town.run("camera", "claim-certificate", "--replace", "--folder", str(tmp_path / "third"))
    assert "2 earlier claim certificates deleted" in replaced.stdout
    [arn] = iot.list_targets_for_policy(policyName="claim-policy")["targets"]
    [left] = iot.list_certificates()["certificates"]
    assert (left["certificateArn"], left["status"]) == (arn, "ACTIVE")
