"""A camera that floods is stopped before its captures reach the queue; the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from edge_device.outbox.pace import Pace
from lambdas.common.dynamodb import from_attributes
from lambdas.detection.search_limit import SearchLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass
class Minutes:
    now: datetime = datetime(2026, 11, 23, 3, 0, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
def container(dynamodb: DynamoDBClient, minutes: Minutes) -> Callable[[], SearchLimit]:
    """Start a container of the function."""
    return lambda: SearchLimit(dynamodb=dynamodb, table="encounters", per_minute=20, now=minutes)


def admitted(limit: SearchLimit, camera: str, messages: int) -> int:
    return [limit.admits(camera) for _ in range(messages)].count(True)


def notices(dynamodb: DynamoDBClient) -> list[str]:
    items = [from_attributes(item) for item in dynamodb.scan(TableName="encounters")["Items"]]
    return [item["encounter_id"] for item in items if item["kind"] == "notice"]


def test_flood_is_stopped_and_told_once_a_day(
    container: Callable[[], SearchLimit], dynamodb: DynamoDBClient, minutes: Minutes
) -> None:
    first, second = container(), container()
    assert admitted(first, "cam-01", 100) == 6, "a third of the limit"
    assert admitted(second, "cam-01", 100) == 0
    minutes.now += timedelta(minutes=1)
    assert admitted(first, "cam-01", 100) == 6
    assert notices(dynamodb) == ["notice#cam-01#flood#2026-11-23"]


@pytest.mark.parametrize("per_minute", [1, 2, 3, 20])
def test_no_minute_of_a_flood_exceeds_the_limit(
    container: Callable[[], SearchLimit], minutes: Minutes, per_minute: int
) -> None:
    containers = [container() for _ in range(3)]
    for limit in containers:
        limit.per_minute = per_minute
    admissions = []
    for tick in range(1500):  # 10 a second for 2.5 minutes
        admissions += [minutes.now] if containers[tick % 3].admits("cam-01") else []
        minutes.now += timedelta(seconds=0.1)
    in_a_minute = [sum(at <= each < at + timedelta(minutes=1) for each in admissions) for at in admissions]
    assert max(in_a_minute) == per_minute


def test_camera_at_its_pace_is_never_refused(container: Callable[[], SearchLimit], minutes: Minutes) -> None:
    limit = container()
    for _ in range(60):
        assert limit.admits("cam-01")
        minutes.now += timedelta(seconds=4)


@pytest.mark.parametrize("per_minute", [1, 2, 3, 5, 60])
def test_camera_that_sends_its_backlog_is_never_refused(
    container: Callable[[], SearchLimit], minutes: Minutes, per_minute: int
) -> None:
    limit, began, random = container(), minutes.now, Random(1)
    limit.per_minute = per_minute

    def clock_s() -> float:
        return (minutes.now - began).total_seconds()

    pace = Pace(per_minute, clock_s=clock_s)
    arrivals = []
    for _ in range(100):
        minutes.now += timedelta(seconds=pace.wait_s())
        pace.sent()
        arrivals.append(minutes.now + timedelta(seconds=random.uniform(0, 5 if per_minute > 1 else 0.3)))
    for minutes.now in sorted(arrivals):
        assert limit.admits("cam-01")


def test_other_cameras_are_not_limited_by_a_flood(container: Callable[[], SearchLimit]) -> None:
    limit = container()
    admitted(limit, "cam-01", 100)
    assert admitted(limit, "cam-02", 6) == 6


def test_same_picture_is_repeated_for_five_minutes(container: Callable[[], SearchLimit], minutes: Minutes) -> None:
    limit = container()
    assert not limit.is_repeated("cam-01", "face")
    assert not limit.is_repeated("cam-01", "face"), "the first one was not stored: S3 refused"
    limit.remember("cam-01", "face")
    assert limit.is_repeated("cam-01", "face")
    assert not limit.is_repeated("cam-02", "face")
    minutes.now += timedelta(minutes=5)
    assert not limit.is_repeated("cam-01", "face")


def test_many_pictures_do_not_fill_the_memory(container: Callable[[], SearchLimit]) -> None:
    limit = container()
    for number in range(2500):
        limit.remember("cam-01", str(number))
    assert len(limit._pictures) == 2000
