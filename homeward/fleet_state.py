"""What the fleet's cameras are and when they were last heard of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from homeward.fleet import describe_thing, id_of
from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import from_epoch_ms, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment import Deployment


@dataclass(frozen=True, kw_only=True)
class CameraState:
    """One camera.

    Attributes:
        state: Of its identity: active or inactive (the certificate), reserved or expired (a place that no device has
            taken), revoking (a revocation that did not end), or incomplete (a registration that did not end).
        status: What the camera, or the broker for it, said last: online or offline; None when it never did.
        status_at: When that was.
    """

    camera: str
    site: str | None
    state: str
    status: str | None
    status_at: str | None
    added_at: str | None


def camera_states(deployment: Deployment) -> Iterator[CameraState]:
    """Every camera in the table, with what AWS IoT knows of it."""
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=deployment["CamerasTable"])
    for page in pages:
        for entry in map(from_attributes, page["Items"]):
            camera = str(entry["camera"])
            status, status_at = _last_status(deployment, camera)
            yield CameraState(
                camera=camera,
                site=entry.get("site"),
                state=_state(deployment.client("iot"), entry),
                status=status,
                status_at=status_at,
                added_at=entry.get("added_at"),
            )


def _state(iot: Any, entry: dict[str, Any]) -> str:
    if "revoked_at" in entry:
        return "revoking"
    certificates = _certificate_states(iot, str(entry["camera"]))
    if certificates:
        return "active" if "ACTIVE" in certificates else "inactive"
    if "claim_until" not in entry or "claimed_at" in entry:
        return "incomplete"
    return "reserved" if entry["claim_until"] > to_text(now()) else "expired"


def _certificate_states(iot: Any, camera: str) -> set[str]:
    if describe_thing(iot, camera) is None:
        return set()
    return {
        iot.describe_certificate(certificateId=id_of(arn))["certificateDescription"]["status"]
        for arn in iot.list_thing_principals(thingName=camera)["principals"]
    }


def _last_status(deployment: Deployment, camera: str) -> tuple[str | None, str | None]:
    """What the broker retains; it also says offline there when it loses the camera."""
    try:
        retained = deployment.client("iot-data").get_retained_message(topic=f"homeward/v1/{camera}/status")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None, None
    said = json.loads(retained["payload"])
    return said.get("status"), to_text(from_epoch_ms(retained["lastModifiedTime"]))
