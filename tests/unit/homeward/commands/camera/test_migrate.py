"""`homeward camera migrate`: cameras from before things carried their environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from homeward.fleet.certificates import new_certificate
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.detection.registered_things import RegisteredThings
from tests.unit.homeward.commands.camera.conftest import Broker, certificates, listed, register

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from homeward.deployment.outputs import Deployment
    from tests.support.town import Town

STATUS = "homeward/town-dev/town-dev_cam-01/status"


@pytest.fixture
def camera_of_before(iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path) -> str:
    """Make what the previous version made of `homeward camera add cam-01`."""
    iot.create_thing(thingName="cam-01", thingTypeName="camera-type")
    files = {"certificate": tmp_path / "old.crt", "key": tmp_path / "old.key"}
    arn = new_certificate(iot, ["camera-policy"], thing="cam-01", **files)
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "Dock", "added_at": "2025"}))
    broker.shadows.add(("cam-01", "camera"))
    broker.retained["homeward/v1/cam-01/status"] = (b'{"status": "online"}', 1)
    return arn


def things(iot: IoTClient) -> list[str]:
    return sorted(thing["thingName"] for thing in iot.list_things()["things"])


def entry(dynamodb: DynamoDBClient) -> dict[str, Any]:
    return from_attributes(dynamodb.get_item(TableName="cameras", Key={"camera": {"S": "cam-01"}})["Item"])


def test_migrated_camera_keeps_its_certificate_and_may_use_either_thing(
    town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, camera_of_before: str
) -> None:
    assert listed(town)["cam-01"]["status"] == "online"
    before = entry(dynamodb)
    assert 'camera = "town-dev_cam-01"' in town.run("camera", "migrate", "cam-01", "--dry-run").stdout
    assert (things(iot), entry(dynamodb)) == (["cam-01"], before)
    for _ in range(2):
        result = town.run("camera", "migrate", "--all")
        assert result.exit_code == 0
    assert "no camera needs it" in result.stdout
    assert things(iot) == ["cam-01", "town-dev_cam-01"]
    for thing in things(iot):
        assert iot.list_thing_principals(thingName=thing)["principals"] == [camera_of_before]
    assert ("town-dev_cam-01", "camera") in broker.shadows
    registered = RegisteredThings(dynamodb, table="cameras", stage="town-dev")
    for thing in things(iot):
        assert registered.camera_of(thing, client_id=thing) == "cam-01"
    assert list(listed(town)) == ["cam-01"]


def test_finish_waits_for_the_camera_and_deletes_its_former_thing(
    town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, camera_of_before: str
) -> None:
    assert town.run("camera", "migrate", "cam-01", "--finish").exit_code == 5
    assert town.run("camera", "migrate", "cam-01").exit_code == 0
    early = town.run("camera", "migrate", "cam-01", "--finish")
    assert (early.exit_code, things(iot)) == (5, ["cam-01", "town-dev_cam-01"])
    broker.retained[STATUS] = (b'{"status": "online"}', 2)
    assert town.run("camera", "migrate", "--all", "--finish", "--dry-run").exit_code == 0
    assert things(iot) == ["cam-01", "town-dev_cam-01"]
    assert town.run("camera", "migrate", "--all", "--finish").exit_code == 0
    assert things(iot) == ["town-dev_cam-01"]
    assert certificates(iot) == ["ACTIVE"]
    assert broker.shadows == {("town-dev_cam-01", "camera")}
    assert list(broker.retained) == [STATUS]
    registered = RegisteredThings(dynamodb, table="cameras", stage="town-dev")
    assert registered.camera_of("cam-01", client_id="cam-01") is None
    assert registered.camera_of("town-dev_cam-01", client_id="town-dev_cam-01") == "cam-01"


@pytest.mark.parametrize("migrated", [False, True])
def test_revocation_deletes_the_former_thing_too(
    town: Town, iot: IoTClient, broker: Broker, camera_of_before: str, *, migrated: bool
) -> None:
    if migrated:
        assert town.run("camera", "migrate", "cam-01").exit_code == 0
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert (things(iot), certificates(iot), broker.shadows, broker.retained) == ([], [], set(), {})
    assert listed(town) == {}


def test_former_thing_of_another_environment_is_left_alone(
    fleet: Deployment, town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    """Another environment of the account has a camera of before with the same name."""
    iot.create_thing_type(thingTypeName="other-type")
    iot.create_thing(thingName="cam-01", thingTypeName="other-type")
    broker.shadows.add(("cam-01", "camera"))
    broker.retained["homeward/v1/cam-01/status"] = (b"{}", 1)
    register(fleet, tmp_path)
    assert town.run("camera", "migrate", "cam-01").exit_code == 5
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert town.run("camera", "add", "cam-01", "--site", "Dock", "--claim", "SN-1").exit_code == 0
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert things(iot) == ["cam-01"]
    assert broker.shadows == {("cam-01", "camera")}
    assert list(broker.retained) == ["homeward/v1/cam-01/status"]


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["cam-01", "--all"], 2), (["cam-99"], 3), (["cam-99", "--finish"], 3)]
)
def test_camera_that_cannot_be_migrated_is_an_error(
    town: Town, camera_of_before: str, arguments: list[str], code: int
) -> None:
    assert town.run("camera", "migrate", *arguments).exit_code == code
