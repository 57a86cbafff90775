"""Revoke a camera: delete its certificates, thing, settings, status and entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from homeward.fleet.aws_iot import (
    NameTakenError,
    delete_when_detached,
    describe_thing,
    is_gone,
    is_of_fleet,
    status_topic,
    unless_gone,
)
from homeward.fleet.cameras_table import add_certificates, delete_entry, mark_revoked, read_entry
from homeward.fleet.certificates import certificates_of, deactivate_certificate, delete_certificate

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


@dataclass(frozen=True)
class Revocation:
    """The result of a revocation.

    Attributes:
        found: Whether there was anything to delete.
        still_connected: Why the camera's connection could not be closed. AWS IoT closes it within minutes.
    """

    found: bool
    still_connected: str | None = None


def revoke_camera(deployment: Deployment, camera: str) -> Revocation:
    """Delete everything of a camera. Idempotent, also after an interruption at any step.

    Raises:
        NameTakenError: The thing of this name is not of this fleet.
    """
    iot = deployment.client("iot")
    if not camera_exists(deployment, camera):
        return Revocation(found=False)
    mark_revoked(deployment, camera)
    certificates = add_certificates(deployment, camera, certificates_of(iot, camera))
    for arn in certificates:
        deactivate_certificate(iot, arn)
    still_connected = _close_connection(deployment, camera)
    for arn in certificates:
        delete_certificate(iot, arn, thing=camera)
    _delete_settings_and_status(deployment, camera)
    delete_when_detached(iot.delete_thing, thingName=camera)
    delete_entry(deployment, camera)
    return Revocation(True, still_connected)


def camera_exists(deployment: Deployment, camera: str) -> bool:
    """Whether the camera has a thing in AWS IoT or an entry in the cameras table.

    Raises:
        NameTakenError: The thing of this name is not of this fleet.
    """
    thing = describe_thing(deployment.client("iot"), camera)
    if thing and not is_of_fleet(deployment, thing):
        raise NameTakenError(f"the thing {camera} is not of {deployment.stage}; it was not changed")
    return thing is not None or read_entry(deployment, camera) is not None


def _close_connection(deployment: Deployment, client_id: str) -> str | None:
    """Close the client's connection without its last will. Return the error if that fails."""
    try:
        deployment.client("iot-data").delete_connection(clientId=client_id, cleanSession=True, preventWillMessage=True)
    except ClientError as error:
        # A client that is not connected is no error. Any other error must not stop the revocation.
        return None if is_gone(error) else str(error)
    return None


def _delete_settings_and_status(deployment: Deployment, camera: str) -> None:
    """Delete the shadow and the retained status, which a later camera of this name would inherit."""
    data = deployment.client("iot-data")
    unless_gone(data.delete_thing_shadow, thingName=camera, shadowName="camera")
    # An empty message deletes a retained one (MQTT 5, 3.3.1.3).
    data.publish(topic=status_topic(camera), qos=1, retain=True, payload=b"")
