from __future__ import annotations

import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from homeward.fleet.aws_iot import NameTakenError
from lambdas.common.times import now
from lambdas.fleet.claims import claim, reserve
from tests.unit.homeward.commands.camera.conftest import OUTPUTS, certificates, refusal, register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from homeward.deployment.outputs import Deployment
    from tests.support.town import Town

THING = "town-dev_cam-01"


def test_camera_has_type_group_policy_and_a_private_key(fleet: Deployment, iot: IoTClient, tmp_path: Path) -> None:
    register(fleet, tmp_path)
    assert iot.describe_thing(thingName=THING)["thingTypeName"] == "camera-type"
    assert iot.list_things_in_thing_group(thingGroupName="town-dev")["things"] == [THING]
    [arn] = iot.list_thing_principals(thingName=THING)["principals"]
    attached = iot.list_attached_policies(target=arn)["policies"]
    assert [policy["policyName"] for policy in attached] == ["camera-policy"]
    assert certificates(iot) == ["ACTIVE"]
    assert stat.S_IMODE((tmp_path / "cam-01.key").stat().st_mode) == 0o600
    assert "PRIVATE KEY" in (tmp_path / "cam-01.key").read_text()


@pytest.mark.parametrize("claim", [[], ["--claim", "SN-1"]])
def test_camera_can_join_after_the_fleet_was_emptied(
    town: Town, iot: IoTClient, tmp_path: Path, claim: list[str]
) -> None:
    """`homeward fleet empty` deprecates the thing type, and AWS IoT refuses new things of a deprecated type."""
    iot.deprecate_thing_type(thingTypeName="camera-type")
    assert town.run("camera", "add", "cam-01", "--site", "Dock", "--folder", str(tmp_path), *claim).exit_code == 0
    iot.create_thing(thingName="town-dev_cam-02", thingTypeName="camera-type")


def test_core_device_gets_the_core_policy_alone(deploy: Callable[..., Town], iot: IoTClient, tmp_path: Path) -> None:
    add = ("camera", "add", "cam-01", "--site", "Dock", "--core", "--folder", str(tmp_path))
    with_greengrass = deploy(OUTPUTS | {"CorePolicyName": "former-policy", "CoreDevicePolicyName": "core-policy"})
    assert with_greengrass.run(*add).exit_code == 0
    [arn] = iot.list_thing_principals(thingName=THING)["principals"]
    assert [policy["policyName"] for policy in iot.list_attached_policies(target=arn)["policies"]] == ["core-policy"]


def test_core_device_needs_greengrass_in_the_agency_file(town: Town, iot: IoTClient, tmp_path: Path) -> None:
    for options in (["--dry-run"], []):
        added = town.run("camera", "add", "cam-01", "--site", "Dock", "--core", "--folder", str(tmp_path), *options)
        assert added.exit_code == 2
        assert "set greengrass = true" in added.stderr
    assert iot.list_things()["things"] == []
    assert certificates(iot) == []


def test_camera_reservation_or_foreign_thing_takes_the_name(
    fleet: Deployment, iot: IoTClient, dynamodb: DynamoDBClient, tmp_path: Path
) -> None:
    register(fleet, tmp_path)
    claim = {"site": "Dock", "serial_number": "SN-1", "until": now() + timedelta(days=1), "now": now()}
    assert reserve(dynamodb, table="cameras", camera="cam-02", **claim)  # type: ignore[arg-type] # of several types
    iot.create_thing(thingName="town-dev_pump-7")
    for camera, advice in (("cam-01", "revoke it"), ("cam-02", "revoke it"), ("pump-7", "choose another name")):
        with pytest.raises(NameTakenError, match=advice):
            register(fleet, tmp_path / "again", camera)
    assert not (tmp_path / "again").exists()
    assert certificates(iot) == ["ACTIVE"]


def test_failed_registration_leaves_no_active_certificate(
    fleet: Deployment, iot: IoTClient, town: Town, tmp_path: Path
) -> None:
    iot.delete_policy(policyName="camera-policy")
    with pytest.raises(ClientError):
        register(fleet, tmp_path)
    assert certificates(iot) == ["INACTIVE"]
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    assert certificates(iot) == []


def test_reservation_cannot_replace_a_camera(town: Town, dynamodb: DynamoDBClient, tmp_path: Path) -> None:
    assert town.run("camera", "add", "cam-01", "--site", "Dock", "--folder", str(tmp_path)).exit_code == 0
    before = dynamodb.scan(TableName="cameras")["Items"]
    for how in ([], ["--dry-run"]):
        result = town.run("camera", "add", "cam-01", "--site", "Dock", "--claim", "SN-1", *how)
        assert result.exit_code == 5
        assert "revoke it first" in result.stderr
    assert dynamodb.scan(TableName="cameras")["Items"] == before


def test_camera_that_joined_by_claim_keeps_its_name(town: Town, dynamodb: DynamoDBClient, tmp_path: Path) -> None:
    reserve_it = ["camera", "add", "cam-01", "--site", "Dock", "--claim"]
    assert town.run(*reserve_it, "SN-1").exit_code == 0
    assert town.run(*reserve_it, "SN-2").exit_code == 0, "no device has used the reservation"
    assert (
        claim(dynamodb, table="cameras", camera="cam-01", serial_number="SN-2", thing=THING, certificate="c", now=now())
        is None
    )
    for arguments in ([*reserve_it, "SN-3"], [*reserve_it[:-1], "--folder", str(tmp_path)]):
        for how in ([], ["--dry-run"]):
            assert town.run(*arguments, *how).exit_code == 5
    assert not list(tmp_path.glob("*.key"))


def test_failed_registration_leaves_no_key_file(
    town: Town, fleet: Deployment, iot: IoTClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(**_: Any) -> None:
        raise refusal("ThrottlingException", "CreateKeysAndCertificate")

    with monkeypatch.context() as broken:
        broken.setattr(iot, "create_keys_and_certificate", throttled)
        with pytest.raises(ClientError):
            register(fleet, tmp_path)
    assert town.run("camera", "revoke", "cam-01").exit_code == 0
    register(fleet, tmp_path)
    assert certificates(iot) == ["ACTIVE"]


def test_add_writes_files_and_never_overwrites_a_key(town: Town, tmp_path: Path) -> None:
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
def test_invalid_camera_name_is_refused(town: Town, name: str) -> None:
    result = town.run("camera", "add", name, "--site", "Dock")
    assert result.exit_code == 2


def test_replace_deletes_earlier_claim_certificates(town: Town, iot: IoTClient, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        assert town.run("camera", "claim-certificate", "--folder", str(tmp_path / folder)).exit_code == 0
    assert certificates(iot) == ["ACTIVE", "ACTIVE"]
    replace = ["camera", "claim-certificate", "--replace", "--folder", str(tmp_path / "third")]
    assert "delete 2 earlier ones" in " ".join(town.run(*replace, "--dry-run").stdout.split())
    assert certificates(iot) == ["ACTIVE", "ACTIVE"]
    assert not (tmp_path / "third").exists()
    replaced = town.run(*replace)
    assert "2 earlier claim certificates deleted" in replaced.stdout
    [arn] = iot.list_targets_for_policy(policyName="claim-policy")["targets"]
    [left] = iot.list_certificates()["certificates"]
    assert (left["certificateArn"], left["status"]) == (arn, "ACTIVE")


def test_site_is_one_visible_line(town: Town, dynamodb: DynamoDBClient, tmp_path: Path) -> None:
    site = "North\u202e Station\n[/hall]\x1b[2J"
    for how in (["cam-01", "--folder", str(tmp_path)], ["cam-02", "--claim", "SN-1"]):
        assert town.run("camera", "add", *how, "--site", site).exit_code == 0
    sites = {item["site"]["S"] for item in dynamodb.scan(TableName="cameras")["Items"]}
    assert sites == {"North Station [/hall]"}
    assert "[/hall]" in town.run("camera", "list").stdout
