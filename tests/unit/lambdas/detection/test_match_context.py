"""The cases, windows and site that a match needs, loaded in one request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import to_attributes, update_if
from lambdas.detection.match_context import MAX_CASES, read_match_context
from lambdas.encounters.flood_counts import count_first_alert
from lambdas.encounters.window import window_key
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
TABLES: dict[str, Any] = {
    "cases_table": "cases",
    "cameras_table": "cameras",
    "encounters_table": "encounters",
    "now": NOW,
}


def test_context_has_open_cases_windows_and_site(dynamodb: DynamoDBClient) -> None:
    put_case(dynamodb)
    window = {"encounter_id": window_key(MARLOWE.case_id, "cam-01"), "kind": "window", "version": 7, "encounters": []}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "North Station"}))
    context = read_match_context(dynamodb, [MARLOWE.case_id, "namus:MP2"], "cam-01", **TABLES)
    assert context.open_cases == [MARLOWE]
    assert {case_id: window.version for case_id, window in context.windows.items()} == {
        MARLOWE.case_id: 7,
        "namus:MP2": 0,
    }
    assert (context.site, context.first_alerts) == ("North Station", 0)


def test_closed_case_is_left_out_and_site_defaults_to_name(dynamodb: DynamoDBClient) -> None:
    put_case(dynamodb, status=CaseStatus.RESOLVED)
    context = read_match_context(dynamodb, [MARLOWE.case_id], "cam-09", **TABLES)
    assert (context.open_cases, context.site) == ([], "cam-09")


def test_context_counts_the_cameras_first_alerts_of_this_hour(dynamodb: DynamoDBClient) -> None:
    put_case(dynamodb)
    for camera, at in (("cam-01", NOW), ("cam-01", NOW), ("cam-02", NOW), ("cam-01", NOW - timedelta(hours=1))):
        update_if(dynamodb, **count_first_alert("encounters", camera, now=at))
    assert read_match_context(dynamodb, [MARLOWE.case_id], "cam-01", **TABLES).first_alerts == 2


def test_maximum_number_of_cases_is_one_request(dynamodb: DynamoDBClient) -> None:
    called: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    read_match_context(dynamodb, [f"namus:MP{number}" for number in range(MAX_CASES)], "cam-01", **TABLES)
    assert called == ["BatchGetItem"]
