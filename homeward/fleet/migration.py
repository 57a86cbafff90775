"""Move a camera of before to a thing whose name carries the environment. Until the end, it may use either thing.

The camera keeps its certificate. Every step is idempotent, so an interrupted migration is repeated.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from homeward.fleet.aws_iot import (
    NameTakenError,
    delete_when_detached,
    deprecate_type,
    describe_thing,
    is_of_fleet,
    unless_gone,
)
from homeward.fleet.cameras_table import forget_former_thing, read_entries, read_entry, set_thing
from homeward.fleet.certificates import certificates_of
from homeward.fleet.own_things import is_foreign
from homeward.fleet.registration import NoThingError, check_name
from homeward.fleet.revocation import delete_settings_and_status
from lambdas.common.things import thing_name, topic
from lambdas.fleet.claims import is_free

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeward.deployment.outputs import Deployment


class NoCameraError(LookupError):
    """The environment has no such camera."""


class NotMigratedError(RuntimeError):
    """The migration cannot be finished. The text says why."""


def cameras_to_migrate(deployment: Deployment) -> list[str]:
    """Return the cameras whose thing is of before."""
    return sorted(entry["camera"] for entry in read_entries(deployment) if is_of_before(entry))


def cameras_to_finish(deployment: Deployment) -> list[str]:
    """Return the cameras that have a thing of today and one of before."""
    return sorted(entry["camera"] for entry in read_entries(deployment) if "former_thing" in entry)


def is_of_before(entry: Mapping[str, Any]) -> bool:
    """Whether the camera's thing is the one with the camera's own name. A reservation has none yet."""
    return "thing" not in entry and not is_free(entry) and "revoked_at" not in entry


def check_can_migrate(deployment: Deployment, camera: str) -> None:
    """Check that a camera has, or had, a thing of before.

    Raises:
        NoCameraError: No such camera.
        NoThingError: The camera's thing of before does not exist.
        NameTakenError: The camera or a thing of its name is not of this fleet.
        UnusableNameError: The camera's name does not fit into the name of a thing.
    """
    entry = read_entry(deployment, camera)
    if entry is None:
        raise NoCameraError(camera)
    check_name(deployment, camera)
    if is_foreign(deployment, entry):
        raise NameTakenError(f"{camera} is registered with the thing {entry['thing']}, which is not of this fleet")
    for name in (camera, thing_name(deployment.stage, camera)):
        thing = describe_thing(deployment.client("iot"), name)
        if thing and not is_of_fleet(deployment, thing):
            raise NameTakenError(f"the thing {name} is not of {deployment.stage}; it was not changed")
        if thing is None and name == camera and is_of_before(entry):
            raise NoThingError(f"AWS IoT has no thing named {camera}: revoke the camera, then add it again")


def migrate_camera(deployment: Deployment, camera: str) -> str:
    """Give the camera a thing of today in addition to its thing of before, and return the new thing's name.

    Raises: see `check_can_migrate`.
    """
    check_can_migrate(deployment, camera)
    entry, iot, thing = read_entry(deployment, camera), deployment.client("iot"), thing_name(deployment.stage, camera)
    if entry and "thing" in entry and "former_thing" not in entry:
        return thing
    deprecate_type(iot, deployment["CameraType"], undo=True)
    iot.create_thing(thingName=thing, thingTypeName=deployment["CameraType"])
    iot.add_thing_to_thing_group(thingName=thing, thingGroupName=deployment["CameraGroup"])
    for arn in certificates_of(iot, camera):
        iot.attach_thing_principal(thingName=thing, principal=arn)
    _copy_settings(deployment, camera, thing)
    set_thing(deployment, camera, thing=thing, former_thing=camera)
    return thing


def finish_migration(deployment: Deployment, camera: str) -> None:
    """Delete the camera's thing of before.

    Raises:
        NoCameraError: No such camera.
        NotMigratedError: The camera is not being migrated, or has never connected as its new thing.
    """
    check_can_finish(deployment, camera)
    iot = deployment.client("iot")
    for arn in certificates_of(iot, camera):
        unless_gone(iot.detach_thing_principal, thingName=camera, principal=arn)
    delete_settings_and_status(deployment, camera)
    delete_when_detached(iot.delete_thing, thingName=camera)
    forget_former_thing(deployment, camera)


def check_can_finish(deployment: Deployment, camera: str) -> None:
    """Check that a camera has a thing of before and has connected as its new thing.

    Raises: see `finish_migration`.
    """
    entry = read_entry(deployment, camera)
    if entry is None:
        raise NoCameraError(camera)
    if "former_thing" not in entry:
        raise NotMigratedError(f"{camera} has no former thing: nothing to finish")
    status = topic(deployment.stage, entry["thing"], "status")
    if unless_gone(deployment.client("iot-data").get_retained_message, topic=status) is None:
        raise NotMigratedError(f"{camera} has never connected as {entry['thing']}: change its camera.toml first")


def _copy_settings(deployment: Deployment, former: str, thing: str) -> None:
    """Copy the remote settings to the new thing's shadow."""
    data = deployment.client("iot-data")
    found = unless_gone(data.get_thing_shadow, thingName=former, shadowName="camera")
    desired = json.loads(found["payload"].read())["state"].get("desired") if found else None
    if desired:
        payload = json.dumps({"state": {"desired": desired}}).encode()
        data.update_thing_shadow(thingName=thing, shadowName="camera", payload=payload)
