from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from lambdas.alerting.budget import Budget
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.sms_budget import budget_key
from lambdas.encounters.table import encounter_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@pytest.fixture
def budget(dynamodb: DynamoDBClient) -> Budget:
    return Budget(dynamodb=dynamodb, table="encounters", limit=5, zone=ZoneInfo("America/Denver"))


def item(dynamodb: DynamoDBClient, day: str = "2026-11-23") -> Any:
    return dynamodb.get_item(TableName="encounters", Key=encounter_key(budget_key(day))).get("Item")


def test_texts_are_taken_until_the_day_has_none_left(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert budget.take("e1", 3, now=NOW)
    assert not budget.take("e2", 3, now=NOW)
    assert budget.take("e3", 2, now=NOW)
    assert not budget.take("e4", 1, now=NOW)
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert sorted(item(dynamodb)["alerts"]["SS"]) == ["e1", "e3"]


def test_retries_of_an_alert_count_once(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert budget.take("e1", 5, now=NOW)
    assert budget.take("e1", 5, now=NOW)
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert not budget.take("e2", 1, now=NOW)
    assert budget.take("e1", 5, now=NOW)


def test_alert_above_the_daily_limit_is_refused(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert not budget.take("e1", 6, now=NOW)
    assert item(dynamodb) is None


def test_day_starts_at_the_agencys_midnight(budget: Budget, dynamodb: DynamoDBClient) -> None:
    before_midnight = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
    assert budget.take("e1", 5, now=before_midnight)
    assert not budget.take("e2", 1, now=before_midnight)
    assert budget.take("e2", 1, now=before_midnight + timedelta(minutes=1))
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert item(dynamodb, "2026-11-24")["texts"] == {"N": "1"}


def test_budget_item_expires_within_30_days(budget: Budget, dynamodb: DynamoDBClient) -> None:
    budget.take("e1", 1, now=NOW)
    assert NOW < datetime.fromtimestamp(int(item(dynamodb)["expires_at"]["N"]), tz=UTC) < NOW + timedelta(days=30)


def test_warnings_of_a_day_share_one_key(budget: Budget) -> None:
    first = budget.warning(now=NOW, expires_at=1)
    second = budget.warning(now=NOW + timedelta(hours=2), expires_at=1)
    assert first.encounter_id == second.encounter_id == "notice#2026-11-23#budget#1"
    assert first.notice is NoticeKind.BUDGET
    assert first.audience == ()


def test_transaction_conflict_is_retried(budget: Budget, dynamodb: DynamoDBClient) -> None:
    conflicts = iter([True, False])

    def conflict(**_: Any) -> None:
        if next(conflicts):
            answer: Any = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}
            raise ClientError(answer, "UpdateItem")

    dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", conflict)
    assert budget.take("e1", 1, now=NOW)
    assert item(dynamodb)["texts"] == {"N": "1"}
