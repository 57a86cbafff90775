"""The store-capture function: what it stores, drops and leaves to Lambda's retries."""

from __future__ import annotations

import base64
import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.detection.message import BadMessageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

GOLDEN = (Path(__file__).parents[3] / "golden" / "homeward_face_1.json").read_bytes()
MODULE = "lambdas.detection.store_capture_handler"
ENVIRONMENT = {
    "CAMERAS_TABLE": "cameras",
    "DETECTION_BUCKET": "detection",
    "ENCOUNTERS_TABLE": "encounters",
    "SEARCHES_PER_CAMERA_PER_MINUTE": "60",
    "STAGE": "oak-dev",
    "SERVICE_NAME": "store_capture",
    "METRICS_NAMESPACE": "Homeward/oak-dev",
}


@pytest.fixture
def invoke(s3: S3Client, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that invokes the handler with a message of the thing oak-dev_cam-01."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop(MODULE, None)
    handler: Any = importlib.import_module(MODULE).handler
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "thing": "oak-dev_cam-01"}))
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="1")

    def call(payload: bytes = GOLDEN, **changes: Any) -> None:
        trusted = {"thing": "oak-dev_cam-01", "client_id": "oak-dev_cam-01", "received_ms": 1795402801000}
        handler({"payload": base64.b64encode(payload).decode(), **trusted, **changes}, context)

    return call


def keys(s3: S3Client) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket="detection").get("Contents", [])]


def counted(capsys: pytest.CaptureFixture[str]) -> set[str]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {name for line in lines for name in line if name.startswith("Captures")}


def test_message_of_a_registered_camera_is_stored_under_its_name(
    invoke: Callable[..., None], s3: S3Client, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke()
    [key] = keys(s3)
    assert key.startswith("captures/cam-01/.stored/2026-11-23/")
    assert counted(capsys) == {"CapturesStored"}


def test_same_picture_of_a_camera_is_stored_once(
    invoke: Callable[..., None], s3: S3Client, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke()
    invoke(GOLDEN.replace(b"6f1d2c3b", b"6f1d2c3c"))
    assert len(keys(s3)) == 1
    assert counted(capsys) == {"CapturesStored", "CapturesRepeated"}


@pytest.mark.parametrize(
    "change", [{"thing": "intruder"}, {"client_id": "intruder"}, {"thing": "oak-prod_cam-01"}, {"payload": b"{}"}]
)
def test_message_of_an_unregistered_thing_is_dropped_and_counted(
    invoke: Callable[..., None], s3: S3Client, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    invoke(**{"thing": "intruder", **change} if "payload" in change else change)
    assert keys(s3) == []
    assert counted(capsys) == {"CapturesFromUnregisteredThings"}


def test_error_of_dynamodb_fails_the_invocation(
    invoke: Callable[..., None], s3: S3Client, dynamodb: DynamoDBClient, capsys: pytest.CaptureFixture[str]
) -> None:
    dynamodb.delete_table(TableName="cameras")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        invoke()
    assert (keys(s3), counted(capsys)) == ([], set())


def test_malformed_message_of_a_registered_camera_fails_the_invocation(invoke: Callable[..., None]) -> None:
    with pytest.raises(BadMessageError):
        invoke(b"{}")


HEALTH = {"schema": "homeward.health/1", "at": "2026-11-23T03:00:13.500Z", "dropped": 2, "waiting": 1, "memory_mb": 80}


def health(dynamodb: DynamoDBClient) -> dict[str, Any]:
    key = {"encounter_id": {"S": "health#cam-01"}}
    return from_attributes(dynamodb.get_item(TableName="encounters", Key=key).get("Item", {}))


def test_health_report_is_kept_with_the_clocks_offset(
    invoke: Callable[..., None], s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    invoke(json.dumps(HEALTH | {"clock_synced": True}).encode(), kind="health")
    kept = health(dynamodb)
    assert (kept["clock_offset_s"], kept["clock_synced"], kept["dropped"], kept["waiting"]) == (12.5, True, 2, 1)
    assert kept["received_at"] == "2026-11-23T03:00:01.000Z"
    assert keys(s3) == []


@pytest.mark.parametrize(
    "payload",
    [
        *(json.dumps(HEALTH | each).encode() for each in ({"dropped": -1}, {"schema": "x"}, {"waiting": "many"})),
        b"\xff",
        b'{"schema": "homeward.health/1\xff"}',
        b'{"x":' + b"[" * 2000,
    ],
)
def test_malformed_health_report_is_counted_and_dropped(
    invoke: Callable[..., None],
    dynamodb: DynamoDBClient,
    capsys: pytest.CaptureFixture[str],
    payload: bytes,
) -> None:
    invoke(payload, kind="health")
    assert health(dynamodb) == {}
    assert "HealthReportsMalformed" in capsys.readouterr().out


def test_health_with_an_unreadable_time_is_kept(invoke: Callable[..., None], dynamodb: DynamoDBClient) -> None:
    for at in (None, 7, "yesterday", "2026-11-23T03:00:00"):
        dynamodb.delete_item(TableName="encounters", Key={"encounter_id": {"S": "health#cam-01"}})
        invoke(json.dumps(HEALTH | {"at": at}).encode(), kind="health")
        kept = health(dynamodb)
        assert (kept["dropped"], "clock_offset_s" in kept) == (2, False), at
