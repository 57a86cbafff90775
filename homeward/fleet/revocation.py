"""Revoke a camera: delete its certificates, thing, settings, status and entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from homeward.fleet.aws_iot import delete_when_detached, describe_thing, is_gone, unless_gone
from homeward.fleet.cameras_table import add_certificates, delete_entry, mark_revoked, read_entry
from homeward.fleet.certificates import certificates_of, deactivate_certificate, delete_certificate
from homeward.fleet.own_things import own_things, status_topics

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

    A thing that the fleet has not created stays as it is: only the camera's entry is deleted.

    Raises:
        NameTakenError: The camera's thing is not of this fleet.
    """
    if not camera_exists(deployment, camera):
        return Revocation(found=False)
    things = own_things(deployment, camera, read_entry(deployment, camera))
    mark_revoked(deployment, camera)
    still_connected = _delete_things(deployment, camera, things) if things else None
    delete_entry(deployment, camera)
    return Revocation(True, still_connected)


def camera_exists(deployment: Deployment, camera: str) -> bool:
    """Whether the camera has a thing in AWS IoT or an entry in the cameras table.

    Raises:
        NameTakenError: The camera's thing is not of this fleet.
    """
    entry = read_entry(deployment, camera)
    things = own_things(deployment, camera, entry)
    iot = deployment.client("iot")
    return entry is not None or any(describe_thing(iot, thing) is not None for thing in things)


def _delete_things(deployment: Deployment, camera: str, things: list[str]) -> str | None:
    """Delete the things with their certificates. Return why a connection could not be closed."""
    iot = deployment.client("iot")
    attached = {arn for thing in things for arn in certificates_of(iot, thing)}
    certificates = add_certificates(deployment, camera, attached)
    for arn in certificates:
        deactivate_certificate(iot, arn)
    failures = [close_connection(deployment, thing) for thing in things]
    for arn in certificates:
        delete_certificate(iot, arn, things=things)
    for thing in things:
        delete_thing(deployment, thing)
    return next((failure for failure in failures if failure), None)


def delete_thing(deployment: Deployment, thing: str) -> None:
    """Delete a thing without certificates, with its settings and status. A core device leaves Greengrass's list too."""
    delete_settings_and_status(deployment, thing)
    if "CorePolicyName" in deployment.outputs:
        unless_gone(deployment.client("greengrassv2").delete_core_device, coreDeviceThingName=thing)
    delete_when_detached(deployment.client("iot").delete_thing, thingName=thing)


def close_connection(deployment: Deployment, client_id: str) -> str | None:
    """Close the client's connection without its last will. Return the error if that fails."""
    try:
        deployment.client("iot-data").delete_connection(clientId=client_id, cleanSession=True, preventWillMessage=True)
    except ClientError as error:
        # A client that is not connected is no error. Any other error must not stop the revocation.
        return None if is_gone(error) else str(error)
    return None


def delete_settings_and_status(deployment: Deployment, thing: str) -> None:
    """Delete a thing's shadow and retained status, which a later thing of this name would inherit."""
    data = deployment.client("iot-data")
    unless_gone(data.delete_thing_shadow, thingName=thing, shadowName="camera")
    for topic in status_topics(deployment, thing):
        # An empty message deletes a retained one (MQTT 5, 3.3.1.3).
        data.publish(topic=topic, qos=1, retain=True, payload=b"")
