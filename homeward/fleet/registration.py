"""Register a camera, or reserve its name for a device that joins later.

Registration adds the entry in the cameras table first, and revocation deletes it last. What a failure leaves in between
can therefore be revoked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.fleet.aws_iot import NameTakenError, deprecate_type, describe_thing, is_of_fleet
from homeward.fleet.cameras_table import add_entry, find_by_thing, read_entry
from homeward.fleet.certificates import new_certificate
from lambdas.cases.probe import PROBE_CAMERA
from lambdas.common.things import MAX_THING_NAME, thing_name
from lambdas.common.times import now
from lambdas.fleet.claims import is_free, reserve

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from homeward.deployment.outputs import Deployment


class UnusableNameError(ValueError):
    """No camera of this environment can have this name. The text says why."""


class NoThingError(LookupError):
    """AWS IoT has no thing of this name."""


class NoCoreDevicesError(RuntimeError):
    """The environment has no policy for Greengrass core devices. The text says what to do."""


def register_camera(
    deployment: Deployment, camera: str, *, site: str, certificate: Path, key: Path, is_core: bool = False
) -> str:
    """Create the camera's entry, its thing, and its certificate with the policy it needs. Return the thing's name.

    Raises:
        NameTakenError: A camera or a thing has this name.
        UnusableNameError: No camera of this environment can have this name.
        NoCoreDevicesError: The camera is a core device, and the environment has no policy for these.
        FileExistsError: The key's file exists.
    """
    iot, thing = deployment.client("iot"), thing_name(deployment.stage, camera)
    policy = camera_policy(deployment, is_core=is_core)
    check_name_is_free(deployment, camera)
    if not add_entry(deployment, camera, thing=thing, site=site):
        raise _camera_exists(camera)
    deprecate_type(iot, deployment["CameraType"], undo=True)  # `homeward fleet empty` deprecated it
    iot.create_thing(thingName=thing, thingTypeName=deployment["CameraType"])
    iot.add_thing_to_thing_group(thingName=thing, thingGroupName=deployment["CameraGroup"])
    new_certificate(iot, [policy], thing=thing, certificate=certificate, key=key)
    return thing


def register_thing(deployment: Deployment, camera: str, *, thing: str, site: str, dry_run: bool = False) -> None:
    """Register a thing that exists, such as an AWS DeepLens, as a camera. The thing itself stays as it is.

    Raises:
        NameTakenError: A camera has this name, or the thing is a camera already.
        UnusableNameError: No camera of this environment can have this name.
        NoThingError: AWS IoT has no such thing.
    """
    check_name_is_free(deployment, camera)
    described = describe_thing(deployment.client("iot"), thing)
    if described is None:
        raise NoThingError(f"AWS IoT has no thing named {thing} in this account and region")
    if is_of_fleet(deployment, described) or find_by_thing(deployment, thing):
        raise NameTakenError(f"the thing {thing} is a camera of {deployment.stage} already")
    if not dry_run and not add_entry(deployment, camera, thing=thing, site=site):
        raise _camera_exists(camera)


def reserve_camera(deployment: Deployment, camera: str, *, site: str, serial_number: str, until: datetime) -> None:
    """Reserve the name for the device with this serial number. Replaces a reservation that no device has used.

    Raises:
        NameTakenError: A camera or a thing has this name.
        UnusableNameError: No camera of this environment can have this name.
    """
    check_name_is_free(deployment, camera, reserving=True)
    deprecate_type(deployment.client("iot"), deployment["CameraType"], undo=True)
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
    """Check that a new camera of this environment can have the name. Other environments' cameras do not matter.

    Args:
        deployment: The environment of the new camera.
        camera: The name.
        reserving: Whether to ignore a reservation that no device has used.

    Raises:
        NameTakenError: A camera of this environment, or a thing with the name of the camera's thing, exists.
        UnusableNameError: No camera of this environment can have this name.
    """
    check_name(deployment, camera)
    entry = read_entry(deployment, camera)
    if entry and not (reserving and is_free(entry)):
        raise _camera_exists(camera)
    name = thing_name(deployment.stage, camera)
    thing = describe_thing(deployment.client("iot"), name)
    if thing and is_of_fleet(deployment, thing):
        raise NameTakenError(f"a thing named {name} already exists; revoke {camera} first")
    if thing:
        raise NameTakenError(f"a thing named {name}, which is not of this fleet, already exists; choose another name")


def camera_policy(deployment: Deployment, *, is_core: bool) -> str:
    """Return the policy of a camera's certificate. A Greengrass core device has one of its own.

    Raises:
        NoCoreDevicesError: The environment has none for core devices.
    """
    if is_core and "CoreDevicePolicyName" not in deployment.outputs:
        raise NoCoreDevicesError(
            f"{deployment.stage} has no Greengrass core devices: set greengrass = true in [fleet], then deploy"
        )
    return deployment["CoreDevicePolicyName" if is_core else "CameraPolicyName"]


def check_name(deployment: Deployment, camera: str) -> None:
    """Check that the camera's thing can have its name.

    Raises:
        UnusableNameError: No camera of this environment can have this name.
    """
    if camera == PROBE_CAMERA:
        raise UnusableNameError(f"{camera} is the camera of `homeward probe`")
    if ":" in camera and "CorePolicyName" in deployment.outputs:
        raise UnusableNameError(f"{camera} contains ':', which AWS IoT Greengrass does not allow in thing names")
    if len(name := thing_name(deployment.stage, camera)) > MAX_THING_NAME:
        raise UnusableNameError(
            f"the camera's thing {name} would have {len(name)} characters; at most {MAX_THING_NAME}"
        )


def _camera_exists(camera: str) -> NameTakenError:
    return NameTakenError(f"a camera named {camera} already exists; revoke it first")
