"""What the fleet's cameras are and when they were last heard of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from homeward.fleet.cameras import certificates_of, id_of
from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import from_epoch_ms, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment


@dataclass(frozen=True, kw_only=True)
class CameraState:
    """One camera.

    Attributes:
        state: Of its identity: active or inactive (the certificate), reserved or expired (a place that no device has
            taken), revoking (a revocation that did not end), incomplete (a registration that did not end), or unlisted
            (a thing of the fleet that is not in the cameras table).
        status: What the camera, or the broker for it, said last: online or offline; None when it never did, and
            unreadable when it said something else.
        status_at: When that was.
    """

    camera: str
    site: str | None
    state: str
    status: str | None
    status_at: str | None
    added_at: str | None


def camera_states(deployment: Deployment) -> Iterator[CameraState]:
    """Every camera in the table, and every thing of the fleet that is not, with what AWS IoT knows of it."""
    iot, dynamodb = deployment.client("iot"), deployment.client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(TableName=deployment["CamerasTable"])
    entries = {str(entry["camera"]): entry for page in pages for entry in map(from_attributes, page["Items"])}
    found = iot.get_paginator("list_things").paginate(thingTypeName=deployment["CameraType"])
    things = {thing["thingName"] for page in found for thing in page["things"]}
    for camera in entries.keys() | things:
        entry = entries.get(camera, {})
        certificates = _certificate_states(iot, camera) if camera in things else set()
        status, status_at = _last_status(deployment, camera)
        yield CameraState(
            camera=camera,
            site=entry.get("site"),
            state=_state(entry, certificates),
            status=status,
            status_at=status_at,
            added_at=entry.get("added_at"),
        )


def _state(entry: dict[str, Any], certificates: set[str]) -> str:
    if not entry:
        return "unlisted"
    if "revoked_at" in entry:
        return "revoking"
    if certificates:
        return "active" if "ACTIVE" in certificates else "inactive"
    if "claim_until" not in entry or "claimed_at" in entry:
        return "incomplete"
    return "reserved" if entry["claim_until"] > to_text(now()) else "expired"


def _certificate_states(iot: Any, camera: str) -> set[str]:
    return {
        iot.describe_certificate(certificateId=id_of(arn))["certificateDescription"]["status"]
        for arn in certificates_of(iot, camera)
    }


def _last_status(deployment: Deployment, camera: str) -> tuple[str | None, str | None]:
    """What the broker retains; it also says offline there when it loses the camera."""
    try:
        retained = deployment.client("iot-data").get_retained_message(topic=f"homeward/v1/{camera}/status")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None, None
    return _status_in(retained["payload"]), to_text(from_epoch_ms(retained["lastModifiedTime"]))


def _status_in(payload: bytes) -> str:
    """One camera's nonsense must not hide the others, so it is shown as such."""
    try:
        said = json.loads(payload)
    except ValueError:
        return "unreadable"
    status = said.get("status") if isinstance(said, dict) else None
    return "online" if status == "online" else "offline" if status == "offline" else "unreadable"
