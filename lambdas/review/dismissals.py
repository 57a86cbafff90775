"""Negative memory: what the window of a case at a camera remembers of its dismissed encounters, for the matcher.

`dismissals` counts the encounters that are dismissed now, `dismissed_at` is when the latest was, `dismissed_tracks`
are the tracks of their sightings. Each change makes the window's `version` one higher, as the matcher's own do, and is
refused where the version is not the one that was read.
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

_REMEMBERED_TRACKS = 50


def write_dismissal(
    dynamodb: DynamoDBClient, encounter: Encounter, *, table: str, dismissed: bool, at: datetime, expires_at: int
) -> dict[str, Any]:
    """The write, for a transaction, that counts this encounter in, or takes it out again.

    A window that expired is made anew. `expires_at` (seconds since 1970) is when the memory may go.
    """
    key = {"encounter_id": {"S": window_key(encounter.case_id, encounter.camera)}}
    window = from_attributes(dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))
    changed = {
        "kind": "window",
        "version": window.get("version", 0) + 1,
        "encounters": window.get("encounters", []),
        "expires_at": max(expires_at, window.get("expires_at", 0)),
        **_memory(window, _tracks(encounter), dismissed=dismissed, at=at),
    }
    kept = {name: value for name, value in changed.items() if value is not None}
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    gone = [f"#{name}" for name in changed if name not in kept]
    values = {f":{name}": value for name, value in kept.items()}
    condition = "attribute_not_exists(encounter_id)"
    if window:
        condition, values = "version = :seen", {**values, ":seen": window["version"]}
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": f"{update} REMOVE {', '.join(gone)}" if gone else update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in changed},
            "ExpressionAttributeValues": to_attributes(values),
        }
    }


def _memory(window: Item, tracks: list[str], *, dismissed: bool, at: datetime) -> dict[str, Any]:
    count, known = window.get("dismissals", 0), window.get("dismissed_tracks", [])
    others = [track for track in known if track not in tracks]
    if dismissed:
        latest = [*others, *tracks][-_REMEMBERED_TRACKS:]
        return {"dismissals": count + 1, "dismissed_at": to_text(at), "dismissed_tracks": latest}
    still = max(0, count - 1)
    return {
        "dismissals": still,
        "dismissed_at": window.get("dismissed_at") if still else None,
        "dismissed_tracks": others,
    }


def _tracks(encounter: Encounter) -> list[str]:
    """Oldest first, each once."""
    sightings = sorted(encounter.sightings.values(), key=lambda sighting: sighting.captured_at)
    return list(dict.fromkeys(sighting.track for sighting in sightings if sighting.track))
