"""The sweep: one alert that fails never holds up the others, and ends where an operator sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.alerting.alert_state import MAX_FAILURES
from lambdas.alerting.sweep import send_overdue
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.table import encounter_key, keys_by_alert
from tests.support.due_alerts import put_due
from tests.support.stories import encounters_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic


def spoil(dynamodb: DynamoDBClient, encounter_id: str, member: str, value: dict[str, Any]) -> None:
    """Overwrite a member of an encounter."""
    dynamodb.update_item(
        TableName="encounters",
        Key=encounter_key(encounter_id),
        UpdateExpression="SET #member = :value",
        ExpressionAttributeNames={"#member": member},
        ExpressionAttributeValues={":value": value},
    )


def sweep(notifier: Notifier) -> list[str]:
    outcomes: list[str] = []
    send_overdue(notifier, outcomes.append)
    return outcomes


@pytest.fixture
def poisoned(dynamodb: DynamoDBClient, clock: Clock) -> DynamoDBClient:
    """Three encounters that are due. The alert of the first fails: it has no sighting."""
    for number in (1, 2, 3):
        put_due(dynamodb, f"e{number}", clock())
    spoil(dynamodb, "e1", "sightings", {"M": {}})
    return dynamodb


def test_sweep_goes_on_past_an_alert_that_fails(notifier: Notifier, poisoned: DynamoDBClient, topic: Topic) -> None:
    assert sorted(sweep(notifier)) == ["AlertsFailed", "AlertsSent", "AlertsSent"]
    assert sorted(message["encounter_id"] for message in topic.messages()) == ["e2", "e3"]


@pytest.mark.parametrize(("member", "value"), [("timeline", {"S": "broken"}), ("link_token", {"N": "1"})])
def test_record_that_cannot_be_read_fails_alone(
    notifier: Notifier, poisoned: DynamoDBClient, member: str, value: dict[str, Any]
) -> None:
    spoil(poisoned, "e2", member, value)
    assert sorted(sweep(notifier)) == ["AlertsFailed", "AlertsFailed", "AlertsSent"]


def test_failing_alert_waits_longer_and_is_then_given_up(
    notifier: Notifier, poisoned: DynamoDBClient, clock: Clock
) -> None:
    sweep(notifier)
    waits = []
    while not list(keys_by_alert(poisoned, AlertState.FAILED, table="encounters")):
        started = clock()
        while "e1" not in notifier.states.overdue(now=clock()):
            clock.advance(seconds=30)
        waits.append((clock() - started).total_seconds())
        sweep(notifier)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert len(waits) == MAX_FAILURES - 1
    clock.advance(days=1)
    assert "e1" not in notifier.states.overdue(now=clock())
    [failed] = [each for each in encounters_in(poisoned) if each["encounter_id"] == "e1"]
    assert failed["alert_error"].startswith("ValueError: ")


def test_late_receipts_prove_that_a_failed_alert_was_sent(
    notifier: Notifier, dynamodb: DynamoDBClient, clock: Clock
) -> None:
    put_due(dynamodb, "e1", clock())
    spoil(dynamodb, "e1", "alert", {"S": "failed"})
    assert notifier.states.confirm("e1", "document", of=["document"], now=clock())
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert"] == "sent"


@pytest.mark.parametrize("poison", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2099-01-01T00:00:00.000Z"])
def test_poison_time_of_an_earlier_version_is_alerted(
    notifier: Notifier, dynamodb: DynamoDBClient, clock: Clock, topic: Topic, poison: str
) -> None:
    put_due(dynamodb, "e1", clock(), taken=poison)
    assert sweep(notifier) == ["AlertsSent"]
    [message] = topic.messages()
    assert message["captured_at"] == "2026-11-23T03:00:00.000Z"
    assert message["time_doubt"] in {"too-early", "future"}
    assert "Received from North Station, Nov 23, 2026 03:00 UTC" in message["text"]
