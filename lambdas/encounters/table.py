"""Read the encounters table, and build the keys and requests of its items.

The table also holds notices, windows, counts, reports and links (docs/developer/architecture.md lists the items);
`encounter_id` is the key of them all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from lambdas.common.dynamodb import Item, from_attributes, to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)
Record = TypeVar("Record")

REVIEW_INDEX = "by-review"
STRENGTH_INDEX = "by-strength"
ALERTS_DUE_INDEX = "alerts-due"


class Listed(msgspec.Struct, frozen=True):
    """The attributes of an encounter that the review index holds. `started_at` is when it arose here."""

    encounter_id: str
    case_id: str
    camera: str
    started_at: str


def encounter_key(encounter_id: str) -> Item:
    """Build the typed key of an item: an encounter's id, or the key of another item."""
    return {"encounter_id": {"S": encounter_id}}


def update_request(
    table: str,
    key: str,
    update: str,
    *,
    condition: str | None,
    values: Mapping[str, Any],
    names: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Build an update, for `update_item` or a transaction. `values` are plain; None is left out."""
    request = {
        "TableName": table,
        "Key": encounter_key(key),
        "UpdateExpression": update,
        "ExpressionAttributeValues": to_attributes(values),
    }
    if condition:
        request["ConditionExpression"] = condition
    return {**request, "ExpressionAttributeNames": names} if names else request


def put_new_request(table: str, item: Item) -> dict[str, Any]:
    """Build a put of a typed item that must not exist yet."""
    return {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(encounter_id)"}


def encounter_item(encounter: Encounter) -> Item:
    """Convert the encounter to typed attributes. `best_similarity` is the sort key of an index."""
    best = {"best_similarity": encounter.best.similarity} if encounter.sightings else {}
    return to_attributes({"kind": "encounter", **best, **msgspec.to_builtins(encounter)})


def read_item(dynamodb: DynamoDBClient, *, table: str, key: str) -> Item:
    """Read an item's plain values, strongly consistent; empty if there is no such item."""
    answer = dynamodb.get_item(TableName=table, Key=encounter_key(key), ConsistentRead=True)
    return from_attributes(answer.get("Item", {}))


def read_encounter(dynamodb: DynamoDBClient, *, table: str, encounter_id: str) -> Encounter | None:
    """Read an encounter, strongly consistent; None if there is no such item, or it is of another kind."""
    item = read_item(dynamodb, table=table, key=encounter_id)
    return msgspec.convert(item, type=Encounter) if item.get("kind") == "encounter" else None


def readable(item: Item, kind: type[Record]) -> Record | None:
    """Convert an item's plain values; None if they cannot be read, so that one such item does not end a list."""
    try:
        return msgspec.convert(item, type=kind)
    except msgspec.ValidationError as error:
        known = {"encounter_id": item.get("encounter_id"), "reason": str(error)}
        logger.error("an encounter cannot be read and is left out", extra=known)  # noqa: TRY400  (the reason is enough)
        return None


def read_readable(dynamodb: DynamoDBClient, *, table: str, encounter_id: str) -> Encounter | None:
    """Read one of many encounters: also None, and a line in the log, if it cannot be read."""
    item = read_item(dynamodb, table=table, key=encounter_id)
    return readable(item, Encounter) if item.get("kind") == "encounter" else None


def all_encounters(dynamodb: DynamoDBClient, *, table: str) -> Iterator[Encounter]:
    """Scan the table for encounters, strongly consistent, in no order."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="kind = :encounter",
        ExpressionAttributeValues={":encounter": {"S": "encounter"}},
        ConsistentRead=True,
    )
    for page in pages:
        for item in page["Items"]:
            if encounter := readable(from_attributes(item), Encounter):
                yield encounter


def encounters_by_review(
    dynamodb: DynamoDBClient,
    review: Review,
    *,
    table: str,
    started_before: datetime | None = None,
    started_after: datetime | None = None,
    newest_first: bool = False,
) -> Iterator[Listed]:
    """List the encounters in this review state, all or those that started before or after an instant.

    The index lags behind the table, so a write must repeat what it relies on as its condition.
    """
    condition, values = "review = :review", {":review": review.value}
    if started_before:
        condition, values = f"{condition} AND started_at < :before", {**values, ":before": to_text(started_before)}
    elif started_after:
        condition, values = f"{condition} AND started_at > :after", {**values, ":after": to_text(started_after)}
    request: dict[str, Any] = {
        "TableName": table,
        "IndexName": REVIEW_INDEX,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_attributes(values),
        "ScanIndexForward": not newest_first,
    }
    for page in dynamodb.get_paginator("query").paginate(**request):
        for item in page["Items"]:
            if listed := readable(from_attributes(item), Listed):
                yield listed


def keys_by_alert(dynamodb: DynamoDBClient, state: str, *, table: str, due_by: datetime | None = None) -> Iterator[str]:
    """List the keys of encounters and notices whose alert is due, sending or failed, oldest first.

    `state` is one of `AlertState`, or that of another item with a time. `due_by` limits them to those that were due
    then.
    """
    condition, values = "alert = :state", {":state": str(state)}
    if due_by:
        condition, values = f"{condition} AND alert_due_at <= :by", {**values, ":by": to_text(due_by)}
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=ALERTS_DUE_INDEX,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=to_attributes(values),
    )
    for page in pages:
        for item in page["Items"]:
            yield from_attributes(item)["encounter_id"]
