"""Wait for the searches of submitted captures, and find their encounters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.keys import captures_prefix
from lambdas.common.s3_objects import objects_under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeward.deployment.outputs import Deployment

_POLL_SECONDS = 1.0


def wait_for_encounters(deployment: Deployment, camera: str, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """Wait until every capture is searched, and return their encounters, best match first.

    The wait ends after a day at the latest, when the bucket deletes captures.

    Args:
        deployment: The environment that got the captures.
        camera: The camera that they were submitted for.
        keys: Their keys in the detection bucket, by capture id.

    Returns:
        Each encounter that has one of the captures, with the best similarity among them.
    """
    while _unsearched(deployment, camera) & set(keys.values()):
        time.sleep(_POLL_SECONDS)
    pages = (
        deployment.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployment["EncountersTable"],
            ConsistentRead=True,
            FilterExpression="#kind = :encounter AND camera = :camera",
            ExpressionAttributeNames={"#kind": "kind"},
            ExpressionAttributeValues=to_attributes({":encounter": "encounter", ":camera": camera}),
        )
    )
    items = (from_attributes(item) for page in pages for item in page["Items"])
    found = (_summary(item, keys) for item in items)
    return sorted((each for each in found if each), key=lambda each: -float(each["similarity"]))


def _unsearched(deployment: Deployment, camera: str) -> set[str]:
    """Return the keys of the camera's captures that wait for their search."""
    s3, bucket = deployment.client("s3"), deployment["DetectionBucket"]
    return {found["Key"] for found in objects_under(s3, bucket=bucket, prefix=captures_prefix(camera))}


def _summary(encounter: dict[str, Any], keys: Mapping[str, str]) -> dict[str, Any] | None:
    """Summarize an encounter. Return None if it has none of the captures."""
    ours = {capture: sighting for capture, sighting in encounter["sightings"].items() if capture in keys}
    if not ours:
        return None
    return {
        "encounter_id": encounter["encounter_id"],
        "case_id": encounter["case_id"],
        "similarity": max(float(sighting["similarity"]) for sighting in ours.values()),
        "alert": encounter.get("alert"),
        "captures": sorted(ours),
    }
