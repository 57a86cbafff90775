from __future__ import annotations

import importlib
import json
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.times import now as real_now
from lambdas.fleet.claims import reserve, take

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.unit.conftest import Clock

RESERVED: dict[str, Any] = {"table": "cameras", "camera": "cam-01", "serial_number": "SN-1"}
DEVICE = {**RESERVED, "certificate": "certificate-1"}


@pytest.fixture
def reserved(dynamodb: DynamoDBClient, clock: Clock) -> DynamoDBClient:
    assert reserve(dynamodb, **RESERVED, site="Depot", until=clock() + timedelta(days=30), now=clock())
    return dynamodb


def test_the_device_takes_its_place_once(reserved: DynamoDBClient, clock: Clock) -> None:
    assert take(reserved, **DEVICE, now=clock()) is None
    assert take(reserved, **DEVICE, now=clock()) is None, "the same request, delivered twice"
    assert take(reserved, **{**DEVICE, "certificate": "certificate-2"}, now=clock()) == "the place is taken"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"serial_number": "SN-2"}, "the place is reserved for another serial number"),
        ({"serial_number": ""}, "the place is reserved for another serial number"),
        ({"camera": "cam-02"}, "no place is reserved for this camera"),
    ],
)
def test_another_device_is_refused_and_takes_nothing(
    reserved: DynamoDBClient, clock: Clock, change: dict[str, str], reason: str
) -> None:
    assert take(reserved, **{**DEVICE, **change}, now=clock()) == reason
    assert take(reserved, **DEVICE, now=clock()) is None
    assert reserved.scan(TableName="cameras")["Count"] == 1, "a refused device leaves no camera behind"


def test_a_reservation_expires(reserved: DynamoDBClient, clock: Clock) -> None:
    clock.advance(days=30)
    assert take(reserved, **DEVICE, now=clock()) == "the reservation has expired"


def test_a_place_can_be_reserved_again_until_it_is_taken(reserved: DynamoDBClient, clock: Clock) -> None:
    clock.advance(days=31)
    place = {**RESERVED, "serial_number": "SN-2", "site": "Depot"}
    assert reserve(reserved, **place, until=clock() + timedelta(days=1), now=clock())
    assert take(reserved, **{**DEVICE, "serial_number": "SN-2"}, now=clock()) is None
    assert not reserve(reserved, **place, until=clock() + timedelta(days=1), now=clock())


def test_a_camera_that_was_registered_otherwise_cannot_be_claimed(dynamodb: DynamoDBClient, clock: Clock) -> None:
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "cam-01"}, "site": {"S": "Depot"}})
    assert not reserve(dynamodb, **RESERVED, site="Depot", until=clock() + timedelta(days=1), now=clock())
    assert take(dynamodb, **DEVICE, now=clock()) == "no place is reserved for this camera"


def test_the_hook_answers_as_aws_iot_asks(
    dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reserve(dynamodb, **RESERVED, site="Depot", until=real_now() + timedelta(days=1), now=real_now())
    for name, value in {
        "CAMERAS_TABLE": "cameras",
        "SERVICE_NAME": "provision_camera",
        "METRICS_NAMESPACE": "Homeward",
    }.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("lambdas.fleet.provision_camera_handler", None)
    handler: Any = importlib.import_module("lambdas.fleet.provision_camera_handler").handler
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:x", aws_request_id="1"
    )
    asked = {
        "claimCertificateId": "c",
        "certificateId": "certificate-1",
        "parameters": {"ThingName": "cam-01", "SerialNumber": "SN-1"},
    }
    for wrong in ({}, {"ThingName": "cam-01"}, {"ThingName": "cam/01", "SerialNumber": "SN-1"}, {"ThingName": 7}):
        assert handler({**asked, "parameters": wrong}, context) == {"allowProvisioning": False}
    assert handler({"parameters": asked["parameters"]}, context) == {"allowProvisioning": False}
    assert handler(asked, context) == {"allowProvisioning": True}
    assert handler({**asked, "certificateId": "certificate-2"}, context) == {"allowProvisioning": False}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [name for line in lines for name in ("CamerasProvisioned", "CamerasRefused") if name in line]
    assert counted == ["CamerasRefused"] * 5 + ["CamerasProvisioned", "CamerasRefused"]
    reasons = [line["reason"] for line in lines if "reason" in line]
    assert (len(reasons), reasons[-1]) == (6, "the place is taken")
    assert "SN-1" not in str(lines), "the serial number is as good as a password until it is used"
