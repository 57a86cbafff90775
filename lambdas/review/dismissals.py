"""Record dismissals in the window of a case at a camera. The matcher reads them to mute further alerts.

`dismissals` counts the encounters that are dismissed now, `dismissed_at` is the time of the latest dismissal,
`dismissed_tracks` lists the tracks of their sightings. Each write increments the window's `version`, as the matcher's
writes do, and fails if the version has changed since it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import Item, from_attributes, to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.table import window_key

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.encounters.encounter import Encounter

_MAX_TRACKS = 50


def write_dismissal(
    dynamodb: DynamoDBClient, encounter: Encounter, *, table: str, dismissed: bool, at: datetime, expires_at: int
) -> dict[str, Any]:
    """Build the write that adds an encounter to the dismissals of its window, or removes it.

    Creates the window if it has expired. The window is kept at least until `expires_at` (seconds since 1970).
    """
    key = {"encounter_id": {"S": window_key(encounter.case_id, encounter.camera)}}
    window = from_attributes(dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))
    changed = {
        "kind": "window",
        "version": window.get("version", 0) + 1,
        "encounters": window.get("encounters", []),
        "expires_at": max(expires_at, window.get("expires_at", 0)),
        **_dismissals(window, _tracks(encounter), dismissed=dismissed, at=at),
    }
    present = {name: value for name, value in changed.items() if value is not None}
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in present)
    removed = [f"#{name}" for name in changed if name not in present]
    values = {f":{name}": value for name, value in present.items()}
    condition = "attribute_not_exists(encounter_id)"
    if window:
        condition, values = "version = :seen", {**values, ":seen": window["version"]}
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": f"{update} REMOVE {', '.join(removed)}" if removed else update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in changed},
            "ExpressionAttributeValues": to_attributes(values),
        }
    }


def _dismissals(window: Item, tracks: list[str], *, dismissed: bool, at: datetime) -> dict[str, Any]:
    count, recorded = window.get("dismissals", 0), window.get("dismissed_tracks", [])
    others = [track for track in recorded if track not in tracks]
    if dismissed:
        latest = [*others, *tracks][-_MAX_TRACKS:]
        return {"dismissals": count + 1, "dismissed_at": to_text(at), "dismissed_tracks": latest}
    remaining = max(0, count - 1)
    return {
        "dismissals": remaining,
        "dismissed_at": window.get("dismissed_at") if remaining else None,
        "dismissed_tracks": others,
    }


def _tracks(encounter: Encounter) -> list[str]:
    """Return the tracks of the sightings, oldest first, without duplicates."""
    sightings = sorted(encounter.sightings.values(), key=lambda sighting: sighting.captured_at)
    return list(dict.fromkeys(sighting.track for sighting in sightings if sighting.track))
