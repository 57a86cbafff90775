"""Encounters whose first alert is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Sighting, Timeline

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


def put_due(dynamodb: DynamoDBClient, encounter_id: str, at: datetime, *, taken: str = "") -> None:
    """Store an encounter that was opened, and is due, at this time. `taken` is the time of its picture."""
    text = to_text(at)
    encounter = Encounter(
        encounter_id=encounter_id,
        case_id="namus:MP900101",
        camera="cam-01",
        started_at=text,
        sightings={"c-1": Sighting(similarity=97.5, captured_at=text, key="k", photo_id="910101")},
        timeline=Timeline(captured_at=text, received_at=text, searched_at=text, encountered_at=text),
    )
    item = {"kind": "encounter", **msgspec.to_builtins(encounter), "alert": "due", "alert_due_at": text}
    if taken:
        item["started_at"] = item["timeline"]["captured_at"] = item["sightings"]["c-1"]["captured_at"] = taken
    dynamodb.put_item(TableName="encounters", Item=to_attributes(item))
