from __future__ import annotations

import importlib
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


@pytest.fixture
def reserved(dynamodb: DynamoDBClient, clock: Clock) -> DynamoDBClient:
    reserve(dynamodb, **RESERVED, site="Depot", until=clock() + timedelta(days=30), now=clock())
    return dynamodb


def test_the_device_takes_its_place_once(reserved: DynamoDBClient, clock: Clock) -> None:
    assert take(reserved, **RESERVED, now=clock())
    assert not take(reserved, **RESERVED, now=clock())


@pytest.mark.parametrize("change", [{"serial_number": "SN-2"}, {"serial_number": ""}, {"camera": "cam-02"}])
def test_another_device_is_refused_and_takes_nothing(
    reserved: DynamoDBClient, clock: Clock, change: dict[str, str]
) -> None:
    assert not take(reserved, **{**RESERVED, **change}, now=clock())
    assert take(reserved, **RESERVED, now=clock())
    assert reserved.scan(TableName="cameras")["Count"] == 1, "a refused device leaves no camera behind"


def test_a_reservation_expires(reserved: DynamoDBClient, clock: Clock) -> None:
    clock.advance(days=30)
    assert not take(reserved, **RESERVED, now=clock())


def test_reserving_again_lets_a_device_join_again(reserved: DynamoDBClient, clock: Clock) -> None:
    assert take(reserved, **RESERVED, now=clock())
    reserve(reserved, **RESERVED, site="Depot", until=clock() + timedelta(days=1), now=clock())
    assert take(reserved, **RESERVED, now=clock())


def test_the_hook_answers_as_aws_iot_asks(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve(dynamodb, **RESERVED, site="Depot", until=real_now() + timedelta(days=1), now=real_now())
    for name, value in {
        "CAMERAS_TABLE": "cameras",
        "POWERTOOLS_SERVICE_NAME": "provision_camera",
        "POWERTOOLS_METRICS_NAMESPACE": "Homeward",
    }.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("lambdas.fleet.provision_camera_handler", None)
    handler: Any = importlib.import_module("lambdas.fleet.provision_camera_handler").handler
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:x", aws_request_id="1"
    )
    asked = {"claimCertificateId": "c", "parameters": {"ThingName": "cam-01", "SerialNumber": "SN-1"}}
    assert handler({**asked, "parameters": {}}, context) == {"allowProvisioning": False}
    assert handler(asked, context) == {"allowProvisioning": True}
    assert handler(asked, context) == {"allowProvisioning": False}
