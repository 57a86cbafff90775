from __future__ import annotations

import importlib
import json
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.times import now as real_now
from lambdas.fleet.claims import LOCKED, claim, reserve

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.clock import Clock

RESERVED: dict[str, Any] = {"table": "cameras", "camera": "cam-01", "serial_number": "SN-1"}
DEVICE = {**RESERVED, "thing": "oak-dev_cam-01", "certificate": "certificate-1"}


@pytest.fixture
def reserved(dynamodb: DynamoDBClient, clock: Clock) -> DynamoDBClient:
    assert reserve(dynamodb, **RESERVED, site="Depot", until=clock() + timedelta(days=30), now=clock())
    return dynamodb


def test_device_claims_its_camera_once(reserved: DynamoDBClient, clock: Clock) -> None:
    assert claim(reserved, **DEVICE, now=clock()) is None
    assert claim(reserved, **DEVICE, now=clock()) is None, "the same request, delivered twice"
    assert (
        claim(reserved, **{**DEVICE, "certificate": "certificate-2"}, now=clock())
        == "another device has claimed the camera"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"serial_number": "SN-2"}, "the camera is reserved for another serial number"),
        ({"serial_number": ""}, "the camera is reserved for another serial number"),
        ({"camera": "cam-02"}, "the camera is not reserved"),
    ],
)
def test_other_device_is_refused_and_claims_nothing(
    reserved: DynamoDBClient, clock: Clock, change: dict[str, str], reason: str
) -> None:
    assert claim(reserved, **{**DEVICE, **change}, now=clock()) == reason
    assert claim(reserved, **DEVICE, now=clock()) is None
    assert reserved.scan(TableName="cameras")["Count"] == 1, "a refused device leaves no camera behind"


def test_reservation_expires(reserved: DynamoDBClient, clock: Clock) -> None:
    clock.advance(days=30)
    assert claim(reserved, **DEVICE, now=clock()) == "the reservation has expired"


def test_unclaimed_camera_can_be_reserved_again(reserved: DynamoDBClient, clock: Clock) -> None:
    clock.advance(days=31)
    other = {**RESERVED, "serial_number": "SN-2", "site": "Depot"}
    assert reserve(reserved, **other, until=clock() + timedelta(days=1), now=clock())
    assert claim(reserved, **{**DEVICE, "serial_number": "SN-2"}, now=clock()) is None
    assert not reserve(reserved, **other, until=clock() + timedelta(days=1), now=clock())


def test_registered_camera_cannot_be_reserved_or_claimed(dynamodb: DynamoDBClient, clock: Clock) -> None:
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "cam-01"}, "site": {"S": "Depot"}})
    assert not reserve(dynamodb, **RESERVED, site="Depot", until=clock() + timedelta(days=1), now=clock())
    assert claim(dynamodb, **DEVICE, now=clock()) == "the camera is not reserved"


def test_hook_allows_only_the_reserved_device(
    dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reserve(dynamodb, **RESERVED, site="Depot", until=real_now() + timedelta(days=1), now=real_now())
    for name, value in {
        "CAMERAS_TABLE": "cameras",
        "STAGE": "oak-dev",
        "SERVICE_NAME": "provision_camera",
        "METRICS_NAMESPACE": "Homeward",
    }.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("lambdas.fleet.provision_camera_handler", None)
    handler: Any = importlib.import_module("lambdas.fleet.provision_camera_handler").handler
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:x", aws_request_id="1"
    )
    request = {
        "claimCertificateId": "c",
        "certificateId": "certificate-1",
        "parameters": {"Camera": "cam-01", "SerialNumber": "SN-1"},
    }
    for wrong in ({}, {"Camera": "cam-01"}, {"Camera": "cam/01", "SerialNumber": "SN-1"}, {"Camera": 7}):
        assert handler({**request, "parameters": wrong}, context) == {"allowProvisioning": False}
    assert handler({"parameters": request["parameters"]}, context) == {"allowProvisioning": False}
    assert handler(request, context) == {"allowProvisioning": True}
    entry = dynamodb.get_item(TableName="cameras", Key={"camera": {"S": "cam-01"}})["Item"]
    assert entry["thing"] == {"S": "oak-dev_cam-01"}
    assert handler({**request, "certificateId": "certificate-2"}, context) == {"allowProvisioning": False}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [name for line in lines for name in ("CamerasProvisioned", "CamerasRefused") if name in line]
    assert counted == ["CamerasRefused"] * 5 + ["CamerasProvisioned", "CamerasRefused"]
    reasons = [line["reason"] for line in lines if "reason" in line]
    assert (len(reasons), reasons[-1]) == (6, "another device has claimed the camera")
    assert "SN-1" not in str(lines), "the serial number works as a password until the camera is claimed"


def guess(dynamodb: DynamoDBClient, clock: Clock, claim_certificate: str, serial_number: str) -> str | None:
    device = {**DEVICE, "serial_number": serial_number}
    return claim(dynamodb, **device, claim_certificate=claim_certificate, now=clock())


def test_wrong_serials_lock_their_claim_certificate(reserved: DynamoDBClient, clock: Clock) -> None:
    for number in range(5):
        assert guess(reserved, clock, "a", f"SN-x{number}") == "the camera is reserved for another serial number"
    assert guess(reserved, clock, "a", "SN-1") == LOCKED
    assert guess(reserved, clock, "b", "SN-x") == "the camera is reserved for another serial number"
    clock.advance(minutes=16)
    assert guess(reserved, clock, "a", "SN-1") is None


def test_locked_certificate_locks_no_other(reserved: DynamoDBClient, clock: Clock) -> None:
    for number in range(6):
        guess(reserved, clock, "a", f"SN-x{number}")
    assert guess(reserved, clock, "b", "SN-1") is None


def test_guesses_of_a_free_name_leave_no_item(dynamodb: DynamoDBClient, clock: Clock) -> None:
    assert guess(dynamodb, clock, "a", "SN-1") == "the camera is not reserved"
    assert dynamodb.scan(TableName="cameras")["Count"] == 0
