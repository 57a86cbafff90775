"""List the cameras with the state of their identity and their last reported status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeward.fleet.aws_iot import status_topic, unless_gone
from homeward.fleet.cameras_table import read_entries
from homeward.fleet.certificates import certificates_of, id_of
from lambdas.common.times import from_epoch_ms, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment


@dataclass(frozen=True, kw_only=True)
class CameraStatus:
    """One camera as `homeward camera list` shows it.

    Attributes:
        state: The state of its identity:
            active or inactive: the state of its certificate.
            reserved or expired: a reservation that no device has used.
            revoking: an incomplete revocation.
            incomplete: an incomplete registration.
            unlisted: a thing of the fleet without an entry in the cameras table.
        status: The last status that the camera, or the broker for it, reported: online or offline. None if there is
            no report, unreadable if the report is malformed.
        status_at: Time of that report.
    """

    camera: str
    site: str | None
    state: str
    status: str | None
    status_at: str | None
    added_at: str | None


def camera_statuses(deployment: Deployment) -> Iterator[CameraStatus]:
    """Return the status of every camera in the table, and of every thing of the fleet that is not in the table."""
    iot = deployment.client("iot")
    entries = {str(entry["camera"]): entry for entry in read_entries(deployment)}
    pages = iot.get_paginator("list_things").paginate(thingTypeName=deployment["CameraType"])
    things = {thing["thingName"] for page in pages for thing in page["things"]}
    for camera in entries.keys() | things:
        entry = entries.get(camera, {})
        certificates = _certificate_states(iot, camera) if camera in things else set()
        status, status_at = _last_status(deployment, camera)
        yield CameraStatus(
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
    """Read the retained status. The broker itself publishes offline when it loses the camera."""
    retained = unless_gone(deployment.client("iot-data").get_retained_message, topic=status_topic(camera))
    if retained is None:
        return None, None
    return _parse_status(retained["payload"]), to_text(from_epoch_ms(retained["lastModifiedTime"]))


def _parse_status(payload: bytes) -> str:
    """Return online, offline or unreadable. One camera's malformed report must not fail the list."""
    try:
        report = json.loads(payload)
    except ValueError:
        return "unreadable"
    status = report.get("status") if isinstance(report, dict) else None
    return "online" if status == "online" else "offline" if status == "offline" else "unreadable"
