"""`homeward camera add --thing`: things that the fleet has not created, and names in two environments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.cases.probe import PROBE_CAMERA
from lambdas.detection.registered_things import RegisteredThings
from local_cloud.pipeline.tables import make_tables
from tests.unit.homeward.commands.camera.conftest import OUTPUTS, Broker, listed, register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from homeward.deployment.outputs import Deployment
    from tests.support.town import Town

ADD = ["camera", "add", "lens-1", "--site", "Library", "--thing", "deeplens_abc"]


def test_existing_thing_is_registered_and_never_changed(
    town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker
) -> None:
    assert town.run(*ADD).exit_code == 3, "AWS IoT has no such thing yet"
    iot.create_thing(thingName="deeplens_abc")
    broker.shadows.add(("deeplens_abc", "camera"))
    assert town.run(*ADD, "--dry-run").exit_code == 0
    assert listed(town) == {}
    assert town.run(*ADD).exit_code == 0
    assert town.run(*ADD).exit_code == 5
    assert town.run("camera", "add", "lens-2", "--site", "Library", "--thing", "deeplens_abc").exit_code == 5
    registered = RegisteredThings(dynamodb, table="cameras", stage="town-dev")
    assert registered.camera_of("deeplens_abc", client_id="core") == "lens-1"
    assert listed(town)["lens-1"]["thing"] == "deeplens_abc"
    assert town.run("camera", "revoke", "lens-1").exit_code == 0
    assert listed(town) == {}
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["deeplens_abc"]
    assert broker.shadows == {("deeplens_abc", "camera")}


def test_camera_of_this_fleet_is_registered_once(town: Town, fleet: Deployment, tmp_path: Path) -> None:
    register(fleet, tmp_path)
    result = town.run("camera", "add", "cam-02", "--site", "Dock", "--thing", "town-dev_cam-01")
    assert result.exit_code == 5
    assert town.run(*ADD, "--claim", "SN-1").exit_code == 2


def test_two_environments_have_cameras_of_the_same_name(
    fleet: Deployment, town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    make_tables(dynamodb, "other-")
    iot.create_thing_type(thingTypeName="other-type")
    iot.create_thing_group(thingGroupName="town-prod")
    outputs = {**OUTPUTS, "CamerasTable": "other-cameras", "CameraType": "other-type", "CameraGroup": "town-prod"}
    other = replace(fleet, stage="town-prod", outputs=outputs)
    for deployment in (fleet, other):
        register(deployment, tmp_path / deployment.stage)
    assert list(listed(town)) == ["cam-01"]
    broker.shadows.add(("town-prod_cam-01", "camera"))
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert [thing["thingName"] for thing in iot.list_things()["things"]] == ["town-prod_cam-01"]
    assert broker.shadows == {("town-prod_cam-01", "camera")}


def test_name_must_fit_into_the_name_of_a_thing(town: Town, tmp_path: Path) -> None:
    fits = "c" * (128 - len("town-dev_"))
    for name, code in ((fits + "c", 2), (PROBE_CAMERA, 2), (fits, 0)):
        result = town.run("camera", "add", name, "--site", "Dock", "--folder", str(tmp_path))
        assert result.exit_code == code, name
        assert town.run("camera", "add", name, "--site", "Dock", "--claim", "S", "--dry-run").exit_code == (code or 5)


@pytest.mark.parametrize(("greengrass", "code"), [(False, 0), (True, 2)])
def test_greengrass_allows_no_colon(
    deploy: Callable[..., Town], iot: IoTClient, tmp_path: Path, *, greengrass: bool, code: int
) -> None:
    town = deploy(OUTPUTS | ({"CorePolicyName": "core-policy"} if greengrass else {}))
    added = town.run("camera", "add", "north:gate", "--site", "Dock", "--folder", str(tmp_path))
    assert added.exit_code == code
