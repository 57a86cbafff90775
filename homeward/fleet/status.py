"""List the cameras with the state of their identity and their last reported status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from homeward.fleet.aws_iot import unless_gone
from homeward.fleet.cameras_table import read_entries, thing_of
from homeward.fleet.certificates import certificates_of, id_of
from homeward.fleet.own_things import status_topics
from lambdas.cases.probe import PROBE_CAMERA
from lambdas.common.things import camera_of_thing, thing_name
from lambdas.common.times import from_epoch_ms, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment


@dataclass(frozen=True, kw_only=True)
class CameraStatus:
    """One camera as `homeward camera list` shows it.

    Attributes:
        thing: Its thing in AWS IoT.
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
    thing: str
    site: str | None
    state: str
    status: str | None
    status_at: str | None
    added_at: str | None
    latitude: float | None = None
    longitude: float | None = None


def camera_statuses(deployment: Deployment) -> Iterator[CameraStatus]:
    """Return the status of every camera in the table, and of every thing of the fleet that is not in the table."""
    iot = deployment.client("iot")
    entries = {str(entry["camera"]): entry for entry in read_entries(deployment)}
    pages = iot.get_paginator("list_things").paginate(thingTypeName=deployment["CameraType"])
    fleet = {thing["thingName"] for page in pages for thing in page["things"]}
    of_fleet = {camera_of_thing(deployment.stage, thing) or thing for thing in fleet}
    for camera in (entries.keys() | of_fleet) - {PROBE_CAMERA}:
        entry = entries.get(camera, {})
        thing = thing_of(entry) if "thing" in entry else _thing_of_fleet(deployment, camera, fleet)
        certificates = _certificate_states(iot, thing)
        status, status_at = last_status(deployment, thing)
        yield CameraStatus(
            camera=camera,
            thing=thing,
            site=entry.get("site"),
            state=_state(entry, certificates),
            status=status,
            status_at=status_at,
            added_at=entry.get("added_at"),
            latitude=entry.get("latitude"),
            longitude=entry.get("longitude"),
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


def _thing_of_fleet(deployment: Deployment, camera: str, fleet: set[str]) -> str:
    """Return the camera's thing, or the one with the camera's own name, of before its migration."""
    thing = thing_name(deployment.stage, camera)
    return camera if camera in fleet and thing not in fleet else thing


def _certificate_states(iot: Any, thing: str) -> set[str]:
    return {
        iot.describe_certificate(certificateId=id_of(arn))["certificateDescription"]["status"]
        for arn in certificates_of(iot, thing)
    }


def last_status(deployment: Deployment, thing: str) -> tuple[str | None, str | None]:
    """Read the retained status. The broker itself publishes offline when it loses the camera."""
    data = deployment.client("iot-data")
    found = (unless_gone(data.get_retained_message, topic=topic) for topic in status_topics(deployment, thing))
    retained = max((each for each in found if each), key=itemgetter("lastModifiedTime"), default=None)
    if retained is None:
        return None, None
    return _parse_status(retained["payload"]), to_text(from_epoch_ms(retained["lastModifiedTime"]))


def _parse_status(payload: bytes) -> str:
    """Return online, offline or unreadable. One camera's malformed report must not fail the list."""
    try:
        report = json.loads(payload)
    except (ValueError, RecursionError):
        return "unreadable"
    status = report.get("status") if isinstance(report, dict) else None
    return "online" if status == "online" else "offline" if status == "offline" else "unreadable"
