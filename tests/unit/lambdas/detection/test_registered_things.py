"""Only the things of this environment's cameras make captures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text
from lambdas.detection.registered_things import RegisteredThings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FLEET = {"camera": "cam-01", "thing": "oak-dev_cam-01"}


class CountedTable:
    """Counts the reads, and fails them on demand."""

    def __init__(self, dynamodb: DynamoDBClient) -> None:
        self._dynamodb, self.reads, self.error = dynamodb, 0, None

    def get_item(self, **arguments: Any) -> Any:
        self.reads += 1
        if self.error:
            raise self.error
        return self._dynamodb.get_item(**arguments)

    def query(self, **arguments: Any) -> Any:
        return self._dynamodb.query(**arguments)


class Seconds:
    def __init__(self) -> None:
        self.now = 6000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Any:
    return CountedTable(dynamodb)


@pytest.fixture
def things(table: Any, seconds: Seconds) -> RegisteredThings:
    return RegisteredThings(table, table="cameras", stage="oak-dev", clock=seconds)


def put(dynamodb: DynamoDBClient, **entry: Any) -> None:
    dynamodb.put_item(TableName="cameras", Item=to_attributes(entry))


@pytest.mark.parametrize(
    ("entry", "thing", "client_id"),
    [
        (FLEET, "oak-dev_cam-01", "oak-dev_cam-01"),
        (FLEET, "oak-dev_cam-01", "oak-dev_cam-01#2"),
        (FLEET, "oak-dev_cam-01", "n/a"),
        ({**FLEET, "claim_until": "2026-01-01", "claimed_at": "2025-12-31"}, "oak-dev_cam-01", "oak-dev_cam-01"),
        ({**FLEET, "former_thing": "cam-01"}, "cam-01", "cam-01"),
        ({"camera": "cam-01"}, "cam-01", "cam-01"),
        ({"camera": "cam-01", "thing": "deeplens_abc"}, "deeplens_abc", "the-core-of-greengrass"),
    ],
    ids=["fleet", "Greengrass core", "HTTPS", "claimed", "migrating", "of before", "DeepLens"],
)
def test_registered_thing_is_its_camera(
    dynamodb: DynamoDBClient, things: RegisteredThings, entry: dict[str, str], thing: str, client_id: str
) -> None:
    put(dynamodb, **entry)
    assert things.camera_of(thing, client_id=client_id) == "cam-01"


@pytest.mark.parametrize(
    ("entry", "thing"),
    [
        (FLEET, "oak-prod_cam-01"),
        (FLEET, "elm-dev_cam-01"),
        (FLEET, "cam-01"),
        (FLEET, "intruder"),
        (FLEET, ""),
        (FLEET, "oak-dev_"),
        (FLEET, "x" * 129),
        ({"camera": "cam-01", "thing": "deeplens_abc"}, "oak-dev_cam-01"),
        ({"camera": "cam-01"}, "oak-dev_cam-01"),
        ({**FLEET, "revoked_at": "2026-01-01"}, "oak-dev_cam-01"),
        ({**FLEET, "claim_until": "9999-01-01"}, "oak-dev_cam-01"),
    ],
    ids=[
        *("another environment", "another agency", "no environment", "intruder", "empty", "no camera", "too long"),
        *("name of a DeepLens", "not migrated", "revoked", "reserved"),
    ],
)
def test_other_thing_is_no_camera(
    dynamodb: DynamoDBClient, things: RegisteredThings, entry: dict[str, str], thing: str
) -> None:
    put(dynamodb, **entry)
    assert things.camera_of(thing, client_id=thing) is None


@pytest.mark.parametrize("client_id", ["intruder", "oak-dev_cam-02", "oak-dev_cam-011", ""])
def test_topic_of_a_camera_does_not_make_another_client_the_camera(
    dynamodb: DynamoDBClient, things: RegisteredThings, client_id: str
) -> None:
    put(dynamodb, **FLEET)
    assert things.camera_of("oak-dev_cam-01", client_id=client_id) is None


def test_camera_of_a_probe_is_registered_for_a_time(dynamodb: DynamoDBClient, things: RegisteredThings) -> None:
    put(dynamodb, camera="probe", thing="oak-dev_probe", registered_until=to_text(now() + timedelta(minutes=1)))
    assert things.camera_of("oak-dev_probe", client_id="n/a") == "probe"
    put(dynamodb, camera="killed", thing="oak-dev_killed", registered_until=to_text(now() - timedelta(minutes=1)))
    assert things.camera_of("oak-dev_killed", client_id="n/a") is None


def test_thing_is_read_once_a_minute(
    dynamodb: DynamoDBClient, things: RegisteredThings, table: Any, seconds: Seconds
) -> None:
    put(dynamodb, **FLEET)
    for _ in range(3):
        assert things.camera_of("oak-dev_cam-01", client_id="oak-dev_cam-01")
        assert not things.camera_of("intruder", client_id="intruder")
    assert table.reads == 2
    dynamodb.delete_item(TableName="cameras", Key=to_attributes({"camera": "cam-01"}))
    seconds.now += 60
    assert not things.camera_of("oak-dev_cam-01", client_id="oak-dev_cam-01")


@pytest.mark.nightly
def test_many_unknown_things_do_not_grow_the_cache(things: RegisteredThings, table: Any) -> None:
    for number in range(1100):
        assert not things.camera_of(f"intruder-{number}", client_id="x")
    assert things.cached() == 1000
    assert table.reads == 1100


def test_error_of_dynamodb_is_no_answer_about_the_thing(
    dynamodb: DynamoDBClient, things: RegisteredThings, table: Any
) -> None:
    put(dynamodb, **FLEET)
    table.error = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem")
    with pytest.raises(ClientError):
        things.camera_of("oak-dev_cam-01", client_id="oak-dev_cam-01")
    table.error = None
    assert things.camera_of("oak-dev_cam-01", client_id="oak-dev_cam-01") == "cam-01"
