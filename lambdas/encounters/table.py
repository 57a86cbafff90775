"""Reading the encounters table: one encounter, or those of a review, newest or oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.dynamodb import Item, from_attributes, to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Review

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


REVIEW_INDEX = "by-review"


def encounter_key(encounter_id: str) -> Item:
    """Build the typed key of an item: an encounter's id, or the key of a notice, window or budget."""
    return {"encounter_id": {"S": encounter_id}}


def window_key(case_id: str, camera: str) -> str:
    """The key of what the table remembers of a case at a camera: its recent encounters, and its dismissals."""
    return f"window#{case_id}#{camera}"


def read_encounter(dynamodb: DynamoDBClient, *, table: str, encounter_id: str) -> Encounter | None:
    """The encounter, strongly consistent; None where there is none of this id, or the item is of another kind."""
    answer = dynamodb.get_item(TableName=table, Key={"encounter_id": {"S": encounter_id}}, ConsistentRead=True)
    item = from_attributes(answer.get("Item", {}))
    return msgspec.convert(item, type=Encounter) if item.get("kind") == "encounter" else None


class Listed(msgspec.Struct, frozen=True):
    """What the index of reviews has of an encounter."""

    encounter_id: str
    case_id: str
    camera: str
    started_at: str


def encounters_by_review(
    dynamodb: DynamoDBClient,
    review: Review,
    *,
    table: str,
    started_before: datetime | None = None,
    newest_first: bool = False,
) -> Iterator[Listed]:
    """The encounters of this review, as the index has them: a moment late, so a write must check what it relies on."""
    condition, values = "review = :review", {":review": review.value}
    if started_before:
        condition, values = f"{condition} AND started_at < :before", {**values, ":before": to_text(started_before)}
    request: dict[str, Any] = {
        "TableName": table,
        "IndexName": REVIEW_INDEX,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        "ScanIndexForward": not newest_first,
    }
    for page in dynamodb.get_paginator("query").paginate(**request):
        for item in page["Items"]:
            yield msgspec.convert(from_attributes(item), type=Listed)
