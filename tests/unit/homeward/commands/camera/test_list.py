from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import now, to_text
from lambdas.fleet.claims import reserve
from tests.unit.homeward.commands.camera.conftest import Broker, listed, register

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

    from homeward.deployment.outputs import Deployment
    from tests.support.town import Town


def test_list_shows_state_and_status_of_each_camera(
    fleet: Deployment, town: Town, iot: IoTClient, dynamodb: DynamoDBClient, broker: Broker, tmp_path: Path
) -> None:
    for camera in ("good", "off"):
        register(fleet, tmp_path, camera)
    [arn] = iot.list_thing_principals(thingName="town-dev_off")["principals"]
    iot.update_certificate(certificateId=arn.rpartition("/")[2], newStatus="INACTIVE")
    for camera, days in (("waiting", 1), ("late", -1)):
        claim = {"serial_number": "SN", "site": "Dock", "until": now() + timedelta(days=days), "now": now()}
        reserve(dynamodb, table="cameras", camera=camera, **claim)  # type: ignore[arg-type] # of several types
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "half"}, "site": {"S": "Dock"}})
    broker.retained["homeward/town-dev/town-dev_good/status"] = (b'{"status": "online"}', 1_795_402_800_123)
    for camera, malformed in (("off", b"\xff{"), ("half", b"[" * 100_000), ("late", b'{"status": {}}')):
        broker.retained[f"homeward/town-dev/town-dev_{camera}/status"] = (malformed, 1_795_402_800_123)
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
    assert cameras["waiting"]["status"] is None
    assert {cameras[camera]["status"] for camera in ("off", "half", "late")} == {"unreadable"}
    assert cameras["good"]["added_at"] <= to_text(now())
    [line] = [line for line in town.run("camera", "list").stdout.splitlines() if "good" in line]
    assert "online since" in line
