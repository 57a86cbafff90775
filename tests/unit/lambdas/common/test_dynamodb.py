"""Reading many items at once, with retries of unprocessed keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.common.dynamodb import IncompleteReadError, read_many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

KEYS: dict[str, Any] = {"first": [{"id": {"S": "1"}}, {"id": {"S": "2"}}], "second": [{"id": {"S": "3"}}]}


@pytest.fixture
def stubbed(aws: None) -> Iterator[tuple[DynamoDBClient, Stubber]]:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def asked_for(keys: dict[str, Any]) -> dict[str, Any]:
    return {table: {"Keys": wanted, "ConsistentRead": True} for table, wanted in keys.items()}


def test_unprocessed_keys_are_requested_again(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
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


def test_keys_that_stay_unprocessed_are_an_error(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
    client, stubber = stubbed
    for _ in range(12):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": asked_for(KEYS)})
    with pytest.raises(IncompleteReadError, match="first, second"):
        read_many(client, KEYS, pause=lambda _: None)


def test_more_keys_than_a_request_takes_are_read_in_several(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
    client, stubber = stubbed
    keys: list[dict[str, Any]] = [{"id": {"S": str(number)}} for number in range(120)]
    for tables in ({"first": keys[:100]}, {"first": keys[100:110], "second": keys[110:]}):
        answer: Any = {"Responses": tables, "UnprocessedKeys": {}}
        stubber.add_response("batch_get_item", answer, {"RequestItems": asked_for(tables)})
    found = read_many(client, {"first": keys[:110], "second": keys[110:]})
    assert [len(items) for items in found.values()] == [110, 10]


def test_without_keys_nothing_is_asked(stubbed: tuple[DynamoDBClient, Stubber]) -> None:
    assert read_many(stubbed[0], {"first": []}) == {"first": []}
