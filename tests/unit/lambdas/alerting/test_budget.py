from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from lambdas.alerting.budget import Budget, BudgetAnswer
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.sms_budget import budget_key, share_key
from lambdas.encounters.table import encounter_key, read_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@pytest.fixture
def budget(dynamodb: DynamoDBClient) -> Budget:
    return Budget(dynamodb=dynamodb, table="encounters", limit=5, share=5, zone=ZoneInfo("America/Denver"))


def take(budget: Budget, alert_id: str, texts: int, *, at: datetime, camera: str = "cam-01") -> bool:
    return budget.take(alert_id, texts, camera=camera, now=at) is BudgetAnswer.TAKEN


def item(dynamodb: DynamoDBClient, day: str = "2026-11-23") -> Any:
    return dynamodb.get_item(TableName="encounters", Key=encounter_key(budget_key(day))).get("Item")


def test_texts_are_taken_until_the_day_has_none_left(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert take(budget, "e1", 3, at=NOW)
    assert not take(budget, "e2", 3, at=NOW)
    assert take(budget, "e3", 2, at=NOW)
    assert not take(budget, "e4", 1, at=NOW)
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert sorted(item(dynamodb)["alerts"]["SS"]) == ["e1", "e3"]


def test_retries_of_an_alert_count_once(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert take(budget, "e1", 5, at=NOW)
    assert take(budget, "e1", 5, at=NOW)
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert not take(budget, "e2", 1, at=NOW)
    assert take(budget, "e1", 5, at=NOW)


def test_alert_above_the_daily_limit_is_refused(budget: Budget, dynamodb: DynamoDBClient) -> None:
    assert not take(budget, "e1", 6, at=NOW)
    assert item(dynamodb) is None


def test_day_starts_at_the_agencys_midnight(budget: Budget, dynamodb: DynamoDBClient) -> None:
    before_midnight = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
    assert take(budget, "e1", 5, at=before_midnight)
    assert not take(budget, "e2", 1, at=before_midnight)
    assert take(budget, "e2", 1, at=before_midnight + timedelta(minutes=1))
    assert item(dynamodb)["texts"] == {"N": "5"}
    assert item(dynamodb, "2026-11-24")["texts"] == {"N": "1"}


def test_budget_item_expires_within_30_days(budget: Budget, dynamodb: DynamoDBClient) -> None:
    take(budget, "e1", 1, at=NOW)
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
            raise ClientError(answer, "TransactWriteItems")

    dynamodb.meta.events.register("before-call.dynamodb.TransactWriteItems", conflict)
    assert take(budget, "e1", 1, at=NOW)
    assert item(dynamodb)["texts"] == {"N": "1"}


def test_a_camera_leaves_the_rest_of_the_day_to_the_others(budget: Budget, dynamodb: DynamoDBClient) -> None:
    shared = replace(budget, limit=6, share=3)
    assert take(shared, "e1", 2, at=NOW)
    assert shared.take("e2", 2, camera="cam-01", now=NOW) is BudgetAnswer.SHARE_USED_UP
    assert take(shared, "e2", 1, at=NOW)
    assert take(shared, "e3", 3, at=NOW, camera="cam-02")
    assert shared.take("e4", 1, camera="cam-03", now=NOW) is BudgetAnswer.DAY_USED_UP
    used = [read_item(dynamodb, table="encounters", key=share_key("2026-11-23", f"cam-0{n}"))["texts"] for n in (1, 2)]
    assert used == [3, 3]
    assert item(dynamodb).keys() == {"encounter_id", "kind", "expires_at", "alerts", "texts"}, "it must not grow"


def test_first_alert_of_a_camera_may_exceed_its_share(budget: Budget) -> None:
    small = replace(budget, share=1)
    assert take(small, "e1", 3, at=NOW)
    assert take(small, "e1", 3, at=NOW), "a retry"
    assert small.take("e2", 1, camera="cam-01", now=NOW) is BudgetAnswer.SHARE_USED_UP


def test_message_about_no_camera_has_no_share(budget: Budget) -> None:
    small = replace(budget, share=1)
    assert all(take(small, f"e{number}", 1, at=NOW, camera="") for number in range(5))
