"""Reading many items at once, of which DynamoDB may give a part, and what a search's answer is looked up with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import IncompleteReadError, read_many, to_attributes
from lambdas.detection.match_context import MAX_CASES, read_match_context
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = {"cases_table": "cases", "cameras_table": "cameras", "encounters_table": "encounters"}
KEYS: dict[str, Any] = {"first": [{"id": {"S": "1"}}, {"id": {"S": "2"}}], "second": [{"id": {"S": "3"}}]}


@pytest.fixture
def stubbed(aws: None) -> Iterator[tuple[DynamoDBClient, Stubber]]:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def asked_for(keys: dict[str, Any]) -> dict[str, Any]:
    return {table: {"Keys": wanted, "ConsistentRead": True} for table, wanted in keys.items()}


def test_what_dynamodb_did_not_give_at_first_is_asked_for_again(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
    client, stubber = stubbed
    rest = {"first": KEYS["first"][1:]}
    answers: list[Any] = [
        {"Responses": {"first": [{"id": {"S": "1"}}], "second": []}, "UnprocessedKeys": asked_for(rest)},
        {"Responses": {"first": [{"id": {"S": "2"}}]}, "UnprocessedKeys": {}},
    ]
    for keys, answer in zip((KEYS, rest), answers, strict=True):
        stubber.add_response("batch_get_item", answer, {"RequestItems": asked_for(keys)})
    pauses: list[float] = []
    assert read_many(client, KEYS, pause=pauses.append) == {"first": [{"id": "1"}, {"id": "2"}], "second": []}
    assert len(pauses) == 1


def test_a_table_that_never_answers_is_an_error_and_not_an_empty_one(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
    client, stubber = stubbed
    for _ in range(12):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": asked_for(KEYS)})
    with pytest.raises(IncompleteReadError, match="first, second"):
        read_many(client, KEYS, pause=lambda _: None)


def test_of_those_found_the_open_cases_their_windows_and_the_site_are_known(dynamodb: DynamoDBClient) -> None:
    put_case(dynamodb)
    window = {"encounter_id": f"window#{MARLOWE.case_id}#cam-01", "kind": "window", "version": 7, "encounters": []}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "North Station"}))
    known = read_match_context(dynamodb, [MARLOWE.case_id, "namus:MP2"], "cam-01", **TABLES)
    assert known.open_cases == [MARLOWE]
    assert {case_id: window.version for case_id, window in known.windows.items()} == {
        MARLOWE.case_id: 7,
        "namus:MP2": 0,
    }
    assert known.site == "North Station"


def test_a_closed_case_is_not_known_and_a_camera_without_a_site_has_its_name(dynamodb: DynamoDBClient) -> None:
    put_case(dynamodb, status=CaseStatus.RESOLVED)
    known = read_match_context(dynamodb, [MARLOWE.case_id], "cam-09", **TABLES)
    assert (known.open_cases, known.site) == ([], "cam-09")


def test_as_many_cases_as_a_search_may_find_are_one_request(dynamodb: DynamoDBClient) -> None:
    called: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    read_match_context(dynamodb, [f"namus:MP{number}" for number in range(MAX_CASES)], "cam-01", **TABLES)
    assert called == ["BatchGetItem"]
