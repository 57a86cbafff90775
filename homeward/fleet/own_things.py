"""The things that belong to a camera: its thing of today, and one of before its migration.

A thing that somebody else made, such as an AWS DeepLens, is registered as a camera but does not belong to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeward.fleet.aws_iot import NameTakenError, describe_thing, is_of_fleet
from homeward.fleet.cameras_table import thing_of
from lambdas.common.things import LEGACY_ENVIRONMENT, thing_name, topic
from lambdas.fleet.claims import is_free

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeward.deployment.outputs import Deployment


def own_things(deployment: Deployment, camera: str, entry: Mapping[str, Any] | None) -> list[str]:
    """Return the things of a camera, the present one first. A deleted one may have left a shadow and a status.

    Raises:
        NameTakenError: A thing has the name of the camera's thing but is not of this fleet.
    """
    if entry and is_foreign(deployment, entry):
        return []
    name = thing_name(deployment.stage, camera)
    present = describe_thing(deployment.client("iot"), name)
    if present and not is_of_fleet(deployment, present):
        raise NameTakenError(f"the thing {name} is not of {deployment.stage}; it was not changed")
    return [name, camera] if _has_former_thing(deployment, camera, entry) else [name]


def _has_former_thing(deployment: Deployment, camera: str, entry: Mapping[str, Any] | None) -> bool:
    """Whether the thing with the camera's own name is, or was, the camera's. Another environment may have one."""
    former = describe_thing(deployment.client("iot"), camera)
    if former:
        return is_of_fleet(deployment, former)
    return entry is not None and ("former_thing" in entry or not ("thing" in entry or is_free(entry)))


def is_foreign(deployment: Deployment, entry: Mapping[str, Any]) -> bool:
    """Whether the entry registers a thing that this fleet has not created."""
    return thing_of(entry) not in (entry["camera"], thing_name(deployment.stage, entry["camera"]))


def status_topics(deployment: Deployment, thing: str) -> list[str]:
    """Return the topics on which a thing may have left its retained status."""
    return [topic(environment, thing, "status") for environment in (deployment.stage, LEGACY_ENVIRONMENT)]
