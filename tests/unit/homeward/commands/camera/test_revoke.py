from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from homeward.deployment.outputs import Deployment
from homeward.fleet.revocation import revoke_camera
from lambdas.common.dynamodb import from_attributes
from lambdas.common.things import thing_name, topic
from lambdas.common.times import now
from lambdas.fleet.claims import claim
from tests.unit.homeward.commands.camera.conftest import OUTPUTS, Broker, certificates, listed, refusal, register

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from tests.support.town import Town


def status(camera: str) -> str:
    return topic("town-dev", thing_name("town-dev", camera), "status")


class InterruptedTestError(RuntimeError):
    pass


def test_revocation_deletes_everything_and_is_idempotent(
    fleet: Deployment, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    for camera in ("cam-01", "cam-02"):
        register(fleet, tmp_path, camera)
        broker.connected.add(thing_name("town-dev", camera))
        broker.shadows.add((thing_name("town-dev", camera), "camera"))
        broker.retained[status(camera)] = (b"{}", 0)
    assert revoke_camera(fleet, "cam-01").found
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["town-dev_cam-02"]
    assert certificates(iot) == ["ACTIVE"]
    assert broker.connected == {"town-dev_cam-02"}
    assert broker.shadows == {("town-dev_cam-02", "camera")}
    assert list(broker.retained) == [status("cam-02")]
    [left] = dynamodb.scan(TableName="cameras")["Items"]
    assert from_attributes(left)["camera"] == "cam-02"
    assert not revoke_camera(fleet, "cam-01").found
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["town-dev_cam-02"]


@pytest.mark.parametrize(
    "call",
    [
        "list_thing_principals",
        "update_certificate",
        "detach_policy",
        "detach_thing_principal",
        "delete_certificate",
        "delete_thing",
    ],
)
def test_interrupted_revocation_is_completed_by_the_next(
    fleet: Deployment, town: Town, iot: IoTClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    register(fleet, tmp_path)

    def interrupt(**_: Any) -> None:
        raise InterruptedTestError

    with monkeypatch.context() as broken:
        broken.setattr(iot, call, interrupt)
        with pytest.raises(InterruptedTestError):
            revoke_camera(fleet, "cam-01")
    assert listed(town)["cam-01"]["state"] == "revoking"
    assert revoke_camera(fleet, "cam-01").found
    assert iot.list_things()["things"] == []
    assert certificates(iot) == []
    assert listed(town) == {}


def test_camera_without_thing_or_entry_is_revoked_completely(
    fleet: Deployment, town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    for camera in ("no-thing", "no-entry"):
        register(fleet, tmp_path, camera)
        broker.shadows.add((thing_name("town-dev", camera), "camera"))
        broker.retained[status(camera)] = (b"{}", 0)
    [arn] = iot.list_thing_principals(thingName="town-dev_no-thing")["principals"]
    iot.detach_thing_principal(thingName="town-dev_no-thing", principal=arn)
    iot.delete_thing(thingName="town-dev_no-thing")
    dynamodb.delete_item(TableName="cameras", Key={"camera": {"S": "no-entry"}})
    iot.create_thing(thingName="town-dev_pump-7")
    assert {name: row["state"] for name, row in listed(town).items()} == {
        "no-entry": "unlisted",
        "no-thing": "incomplete",
    }
    for camera in ("no-thing", "no-entry"):
        assert town.run("camera", "revoke", camera).exit_code == 0
    assert listed(town) == {}
    assert broker.shadows == set()
    assert broker.retained == {}


def test_deletion_is_retried_until_aws_has_detached(
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


def test_core_device_leaves_the_list_of_greengrass(fleet: Deployment, iot: IoTClient, tmp_path: Path) -> None:
    register(fleet, tmp_path)
    greengrass = boto3.client("greengrassv2")
    cores = Deployment(
        stage=fleet.stage,
        outputs={**OUTPUTS, "CorePolicyName": "core-policy"},
        client=lambda service: greengrass if service == "greengrassv2" else fleet.client(service),
    )
    with Stubber(greengrass) as stubber:
        stubber.add_response("delete_core_device", {}, {"coreDeviceThingName": "town-dev_cam-01"})
        assert revoke_camera(cores, "cam-01").found
        stubber.assert_no_pending_responses()
    assert iot.list_things()["things"] == []


def test_connection_that_stays_open_does_not_stop_revocation(
    fleet: Deployment, town: Town, iot: IoTClient, broker: Broker, tmp_path: Path
) -> None:
    register(fleet, tmp_path)
    broker.refuses = "ForbiddenException"
    result = town.run("camera", "revoke", "cam-01")
    assert result.exit_code == 0
    assert "its connection could not be closed" in " ".join(result.stderr.split())
    assert certificates(iot) == []


def test_thing_outside_the_fleet_is_not_deleted(town: Town, iot: IoTClient) -> None:
    iot.create_thing(thingName="town-dev_pump-7")
    result = town.run("camera", "revoke", "pump-7")
    assert result.exit_code == 5
    assert "is not of town-dev" in result.stderr
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["town-dev_pump-7"]


@pytest.mark.parametrize(("name", "code"), [("cam-01", 0), ("cam-02", 3), ("pump-7", 5)])
def test_dry_run_has_the_exit_code_of_the_revocation(
    fleet: Deployment, town: Town, iot: IoTClient, tmp_path: Path, name: str, code: int
) -> None:
    register(fleet, tmp_path)
    iot.create_thing(thingName="town-dev_pump-7")
    assert town.run("camera", "revoke", name, "--dry-run").exit_code == code
    assert listed(town)["cam-01"]["state"] == "active"
    assert town.run("camera", "revoke", name).exit_code == code


def test_revocation_ends_a_reservation(town: Town, dynamodb: DynamoDBClient) -> None:
    assert town.run("camera", "add", "cam-01", "--site", "Dock", "--claim", "SN-1").exit_code == 0
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    taken = claim(
        dynamodb, table="cameras", camera="cam-01", serial_number="SN-1", thing="x", certificate="c", now=now()
    )
    assert taken == "the camera is not reserved"
    assert town.run("camera", "revoke", "cam-01").exit_code == 3
