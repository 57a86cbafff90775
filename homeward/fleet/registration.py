"""Register a camera, or reserve its name for a device that joins later.

Registration adds the entry in the cameras table first, and revocation deletes it last. What a failure leaves in between
can therefore be revoked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.fleet.aws_iot import NameTakenError, describe_thing, is_of_fleet
from homeward.fleet.cameras_table import add_entry, read_entry
from homeward.fleet.certificates import new_certificate
from lambdas.common.times import now
from lambdas.fleet.claims import is_free, reserve

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from homeward.deployment.outputs import Deployment


def register_camera(deployment: Deployment, camera: str, *, site: str, certificate: Path, key: Path) -> None:
    """Create the camera's entry, its thing, and its certificate with the fleet's policies.

    Raises:
        NameTakenError: A camera or a thing has this name.
        FileExistsError: The key's file exists.
    """
    iot = deployment.client("iot")
    check_name_is_free(deployment, camera)
    if not add_entry(deployment, camera, site=site):
        raise _camera_exists(camera)
    iot.create_thing(thingName=camera, thingTypeName=deployment["CameraType"])
    iot.add_thing_to_thing_group(thingName=camera, thingGroupName=deployment["CameraGroup"])
    new_certificate(iot, camera_policies(deployment), thing=camera, certificate=certificate, key=key)


def reserve_camera(deployment: Deployment, camera: str, *, site: str, serial_number: str, until: datetime) -> None:
    """Reserve the name for the device with this serial number. Replaces a reservation that no device has used.

    Raises:
        NameTakenError: A camera or a thing has this name.
    """
    check_name_is_free(deployment, camera, reserving=True)
    if not reserve(
        deployment.client("dynamodb"),
        table=deployment["CamerasTable"],
        camera=camera,
        site=site,
        serial_number=serial_number,
        until=until,
        now=now(),
    ):
        raise _camera_exists(camera)


def check_name_is_free(deployment: Deployment, camera: str, *, reserving: bool = False) -> None:
    """Check that no camera of this environment, and no thing of the account and region, has the name.

    Args:
        deployment: The environment of the new camera.
        camera: The name.
        reserving: Whether to ignore a reservation that no device has used.

    Raises:
        NameTakenError: A camera or a thing has this name.
    """
    entry = read_entry(deployment, camera)
    if entry and not (reserving and is_free(entry)):
        raise _camera_exists(camera)
    thing = describe_thing(deployment.client("iot"), camera)
    if thing and is_of_fleet(deployment, thing):
        raise NameTakenError(f"a thing named {camera} already exists; revoke it first")
    if thing:
        raise NameTakenError(f"a thing named {camera}, which is not of this fleet, already exists; choose another name")


def camera_policies(deployment: Deployment) -> list[str]:
    """Return the policies of a camera's certificate. With Greengrass there is a second one, for core devices."""
    return [deployment.outputs[name] for name in ("CameraPolicyName", "CorePolicyName") if name in deployment.outputs]


def _camera_exists(camera: str) -> NameTakenError:
    return NameTakenError(f"a camera named {camera} already exists; revoke it first")
