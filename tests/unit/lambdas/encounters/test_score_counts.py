"""The histogram of best scores: counts per camera and day, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas.encounters.score_counts import EDGES, DayOfScores, ScoreCounts, read_scores

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.clock import Clock


@pytest.fixture
def counts(dynamodb: DynamoDBClient, clock: Clock) -> ScoreCounts:
    return ScoreCounts(dynamodb=dynamodb, table="encounters", kept=timedelta(days=40), now=clock)


def test_scores_add_up_per_camera_and_day(counts: ScoreCounts, dynamodb: DynamoDBClient, clock: Clock) -> None:
    for camera, best in (("cam-01", 99.55), ("cam-01", None), ("cam-02", 81.9)):
        counts.add(camera, best)
    counts.write()
    for best in (99.5, 100.0, 94.99):
        counts.add("cam-01", best)
    counts.write()
    clock.advance(days=1)
    counts.add("cam-01", None)
    counts.write()
    first, second, other = sorted(read_scores(dynamodb, table="encounters"), key=lambda each: (each.camera, each.day))
    assert first == DayOfScores(camera="cam-01", day="2026-11-23", scores={94: 1, 99.5: 2, 99.9: 1}, below=1)
    assert second == DayOfScores(camera="cam-01", day="2026-11-24", scores={}, below=1)
    assert other.scores == {81: 1}
    assert (first.searches, first.at_least(99), first.at_least(99.6)) == (5, 3, 1)
    assert list(read_scores(dynamodb, table="encounters", since="2026-11-24")) == [second]


def test_histogram_holds_counts_only_and_expires(counts: ScoreCounts, dynamodb: DynamoDBClient, clock: Clock) -> None:
    counts.add("cam-01", 97.25)
    counts.write()
    [item] = dynamodb.scan(TableName="encounters")["Items"]
    assert item == {
        "encounter_id": {"S": "scores#cam-01#2026-11-23"},
        "kind": {"S": "scores"},
        "camera": {"S": "cam-01"},
        "day": {"S": "2026-11-23"},
        "s970": {"N": "1"},
        "expires_at": {"N": str(int((clock() + timedelta(days=40)).timestamp()))},
    }


def test_failed_write_of_counts_does_not_fail_the_batch(
    counts: ScoreCounts, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1")

    counts.add("cam-01", 97.25)
    monkeypatch.setattr(dynamodb, "update_item", fail)
    counts.write()
    assert "scores not counted" in caplog.text


def test_buckets_are_narrowest_where_thresholds_are() -> None:
    assert list(EDGES) == sorted(set(EDGES))
    assert {80.0, 94.0, 95.0, 95.5, 98.5, 99.0, 99.3, 99.9} <= set(EDGES)
