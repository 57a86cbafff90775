"""What became of submitted captures: waits for their searches, and finds the encounters that have one of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.s3_objects import objects_under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeward.deployment.outputs import Deployment

_SECONDS_BETWEEN_LOOKS = 1.0


def wait_for(deployment: Deployment, camera: str, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return when none of the captures waits for its search any more, a day at most: then the bucket deletes them.

    Args:
        deployment: where they were submitted.
        camera: the camera that they were submitted for.
        keys: of the captures, by capture id.

    Returns:
        The encounters that one of them is a sighting of, each with the best similarity of these.
    """
    while waiting(deployment, camera) & set(keys.values()):
        time.sleep(_SECONDS_BETWEEN_LOOKS)
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
    found = (_of_ours(item, keys) for item in items)
    return sorted((each for each in found if each), key=lambda each: -float(each["similarity"]))


def waiting(deployment: Deployment, camera: str) -> set[str]:
    """The keys of the camera's captures that are yet to be searched."""
    s3, bucket = deployment.client("s3"), deployment["DetectionBucket"]
    return {found["Key"] for found in objects_under(s3, bucket=bucket, prefix=f"captures/{camera}/")}


def _of_ours(encounter: dict[str, Any], keys: Mapping[str, str]) -> dict[str, Any] | None:
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
