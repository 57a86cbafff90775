"""Wait for the searches of submitted captures, and find their encounters."""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.keys import captures_prefix
from lambdas.common.s3_objects import objects_under

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

_POLL_SECONDS = 1.0


def wait_for_encounters(
    deployment: Deployment, camera: str, *, sent: set[str], before: set[str]
) -> list[dict[str, Any]]:
    """Wait until every capture is searched, and return their encounters, best match first.

    The wait ends after a day at the latest, when the bucket deletes captures.

    Args:
        deployment: The environment that got the captures.
        camera: The camera that they were submitted for.
        sent: The ids of the captures of this run.
        before: Those of earlier runs.

    Returns:
        Each encounter that has one of the captures, with the best similarity among them.
    """
    ours = sent | before
    while _unsearched(deployment, camera) & ours:
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
    found = (_summary(item, ours, sent) for item in items)
    return sorted((each for each in found if each), key=lambda each: -float(each["similarity"]))


def _unsearched(deployment: Deployment, camera: str) -> set[str]:
    """Return the ids of the camera's captures that wait for their search."""
    s3, bucket = deployment.client("s3"), deployment["DetectionBucket"]
    return {
        PurePosixPath(found["Key"]).stem for found in objects_under(s3, bucket=bucket, prefix=captures_prefix(camera))
    }


def _summary(encounter: dict[str, Any], captures: set[str], sent: set[str]) -> dict[str, Any] | None:
    """Summarize an encounter. Return None if it has none of the captures."""
    ours = {capture: sighting for capture, sighting in encounter["sightings"].items() if capture in captures}
    if not ours:
        return None
    return {
        "encounter_id": encounter["encounter_id"],
        "case_id": encounter["case_id"],
        "similarity": max(float(sighting["similarity"]) for sighting in ours.values()),
        "alert": encounter.get("alert"),
        "captures": sorted(ours),
        "submitted_before": sent.isdisjoint(ours),
    }
