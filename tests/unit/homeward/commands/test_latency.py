from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import Encounter, Sighting, Timeline
from lambdas.encounters.hops import hops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.town import Town


def put(
    dynamodb: DynamoDBClient, name: str, *, took_ms: int, hours_ago: float = 1, track: str = "t-1", **changes: Any
) -> None:
    """Store an encounter in which each hop took `took_ms`."""
    began = now() - timedelta(hours=hours_ago)
    at = [to_text(began + timedelta(milliseconds=took_ms * hop)) for hop in range(6)]
    times: dict[str, Any] = {
        "captured_at": at[0],
        "received_at": at[1],
        "stored_at": at[2],
        "searched_at": at[3],
        "encountered_at": at[4],
        **changes,
    }
    encounter = Encounter(
        encounter_id=name,
        case_id="namus:MP900101",
        camera="cam-01" if name < "m" else "cam-02",
        started_at=at[0],
        sightings={
            "c": Sighting(
                similarity=97, captured_at=times["captured_at"], key="encounters/e/c.jpg", photo_id="1", track=track
            )
        },
        timeline=Timeline(**times),
        alerted_at=at[5],
    )
    dynamodb.put_item(
        TableName="encounters", Item=to_attributes({"kind": "encounter", **msgspec.to_builtins(encounter)})
    )


def test_each_hop_has_percentiles(town: Town, dynamodb: DynamoDBClient) -> None:
    for number, took_ms in enumerate((10, 20, 30)):
        put(dynamodb, f"a{number}", took_ms=took_ms)
    put(dynamodb, "z", took_ms=1000)
    put(dynamodb, "old", took_ms=5000, hours_ago=30)
    put(dynamodb, "again", took_ms=9000, again=True)
    put(dynamodb, "archive", took_ms=9000, captured_at="2026-01-01T00:00:00.000Z")
    put(dynamodb, "b-recording", took_ms=9000, track="sent-0123")
    put(dynamodb, "b-waited", took_ms=121_000)
    answer = town.run("latency", "--camera", "cam-01", "--json")
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    assert report["encounters"] == 3
    assert report["hops"]["StoredToSearched"] == {"p50": 20.0, "p90": 28.0, "p99": 29.8, "count": 3}
    assert report["hops"]["CapturedToAlerted"]["p50"] == 100.0
    assert "4,854" in town.run("latency").stdout


def test_no_encounters_exits_with_3(town: Town) -> None:
    answer = town.run("latency", "--hours", "2")
    assert answer.exit_code == 3


def test_hop_is_not_negative_if_a_clock_is_ahead() -> None:
    instant = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    instants = {"captured_at": instant, "received_at": instant - timedelta(seconds=5), "stored_at": None}
    assert list(hops(instants)) == [("CapturedToReceived", 0.0)]
