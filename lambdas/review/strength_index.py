"""List the undecided encounters of earlier versions, which had no `best_similarity`, by strength too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.dynamodb import from_attributes, update_if
from lambdas.encounters.encounter import Review
from lambdas.encounters.sighting_updates import raise_best
from lambdas.encounters.table import STRENGTH_INDEX, encounters_by_review, read_readable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def complete_strength_index(dynamodb: DynamoDBClient, *, table: str) -> int:
    """Add the encounters without a verdict that the index lacks. Return their number."""
    added = 0
    for review in (Review.OPEN, Review.UNDECIDED):
        has = _listed_by_strength(dynamodb, table, review)
        lacking = [each.encounter_id for each in encounters_by_review(dynamodb, review, table=table)]
        for encounter_id in (each for each in lacking if each not in has):
            encounter = read_readable(dynamodb, table=table, encounter_id=encounter_id)
            if (
                encounter
                and update_if(dynamodb, **raise_best(table, encounter_id, encounter.best.similarity)) is not None
            ):
                added += 1
    return added


def _listed_by_strength(dynamodb: DynamoDBClient, table: str, review: Review) -> set[str]:
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=STRENGTH_INDEX,
        KeyConditionExpression="review = :review",
        ExpressionAttributeValues={":review": {"S": review.value}},
    )
    return {from_attributes(item)["encounter_id"] for page in pages for item in page["Items"]}
