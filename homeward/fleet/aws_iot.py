"""Call AWS IoT so that deletions are idempotent, and look up things and their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stamina
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment


class NameTakenError(RuntimeError):
    """The name belongs to a camera, or to a thing outside this fleet. The text says what to do."""


def unless_gone(call: Callable[..., Any], **arguments: Any) -> Any:
    """Return the answer of a call, or None if AWS IoT has no such thing, certificate, shadow or message."""
    try:
        return call(**arguments)
    except ClientError as error:
        if not is_gone(error):
            raise
        return None


def is_gone(error: ClientError) -> bool:
    """Whether AWS IoT says that the resource does not exist."""
    return error.response["Error"]["Code"] == "ResourceNotFoundException"


def is_still_attached(error: Exception) -> bool:
    """Whether AWS IoT refuses a deletion because something is still in use, or was until lately."""
    codes = {"DeleteConflictException", "InvalidRequestException"}
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in codes


def delete_when_detached(call: Callable[..., Any], **arguments: Any) -> None:
    """Retry a deletion until AWS IoT has completed the detachments before it, which takes some seconds."""
    for attempt in stamina.retry_context(is_still_attached, attempts=10, timeout=60.0):
        with attempt:
            unless_gone(call, **arguments)


def describe_thing(iot: Any, name: str) -> dict[str, Any] | None:
    """Return AWS IoT's description of a thing, or None if it does not exist."""
    thing: dict[str, Any] | None = unless_gone(iot.describe_thing, thingName=name)
    return thing


def deprecate_type(iot: Any, name: str, *, undo: bool = False) -> None:
    """Deprecate a thing type, or undo that. AWS IoT refuses new things of a deprecated type.

    A second deprecation would start AWS IoT's five minutes anew, so it is not repeated.
    """
    described = unless_gone(iot.describe_thing_type, thingTypeName=name)
    if described and bool(described["thingTypeMetadata"].get("deprecated")) == undo:
        iot.deprecate_thing_type(thingTypeName=name, undoDeprecate=undo)


def is_of_fleet(deployment: Deployment, thing: dict[str, Any]) -> bool:
    """Whether the thing is a camera of this environment. Its thing type tells."""
    return bool(thing.get("thingTypeName") == deployment["CameraType"])


def broker_host(deployment: Deployment) -> str:
    """Return the host that the cameras of this account and region connect to."""
    return str(deployment.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])
