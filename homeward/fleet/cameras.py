"""What makes a camera in AWS IoT, and what takes it away again.

The entry in the cameras table is made first and deleted last, so that what a failure leaves in between can be revoked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import stamina
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.times import now, to_text
from lambdas.fleet.claims import is_free

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from homeward.deployment.outputs import Deployment


class NameTakenError(RuntimeError):
    """The name belongs to a camera, or to a thing that is not of this fleet; the text says what to do."""


@dataclass(frozen=True)
class Revocation:
    """What came of a revocation.

    Attributes:
        found: Whether there was anything to take away.
        still_connected: Why the connection of this moment could not be cut; AWS IoT does that itself, minutes later.
    """

    found: bool
    still_connected: str | None = None


def register_camera(deployment: Deployment, camera: str, *, site: str, certificate: Path, key: Path) -> None:
    """Make the thing, its certificate with the fleet's policies, and its entry in the cameras table.

    Raises:
        NameTakenError: there is such a camera, or such a thing.
        FileExistsError: the key's file exists.
    """
    iot = deployment.client("iot")
    refuse_taken(deployment, camera)
    _enter(deployment, {"camera": camera, "site": site, "added_at": to_text(now())})
    iot.create_thing(thingName=camera, thingTypeName=deployment["CameraType"])
    iot.add_thing_to_thing_group(thingName=camera, thingGroupName=deployment["CameraGroup"])
    new_certificate(iot, policies_of_cameras(deployment), thing=camera, certificate=certificate, key=key)


def refuse_taken(deployment: Deployment, camera: str, *, reserving: bool = False) -> None:
    """See that the name can be given: things are of an account and region, not of one environment alone.

    Args:
        deployment: The environment that the camera shall be of.
        camera: The name.
        reserving: Whether the name shall only be reserved; then a reservation that nobody took does not matter.

    Raises:
        NameTakenError: there is such a camera, or such a thing.
    """
    entry = _entry(deployment, camera)
    if entry and not (reserving and is_free(entry)):
        raise NameTakenError(f"there is a camera {camera} already; revoke it first")
    if thing := describe_thing(deployment.client("iot"), camera):
        ours = thing.get("thingTypeName") == deployment["CameraType"]
        advice = "revoke it first" if ours else "choose another name"
        raise NameTakenError(f"there is a thing {camera}{'' if ours else ' of something else'} already; {advice}")


def policies_of_cameras(deployment: Deployment) -> list[str]:
    """What a camera's certificate gets; a Greengrass core device needs the second one."""
    return [deployment.outputs[name] for name in ("CameraPolicyName", "CorePolicyName") if name in deployment.outputs]


def new_certificate(
    iot: Any, policies: Sequence[str], *, certificate: Path, key: Path, thing: str | None = None
) -> str:
    """Write a new certificate and its key, which exists nowhere else, and return the certificate's ARN.

    It becomes active when all else is done, so that none that is good is left behind by a failure.

    Raises:
        FileExistsError: the key's file exists.
    """
    certificate.parent.mkdir(parents=True, exist_ok=True)
    # Readable by its owner only from the first byte on.
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        try:
            created = iot.create_keys_and_certificate(setAsActive=False)
        except BaseException:
            key.unlink()  # an empty file would stop the next attempt
            raise
        file.write(created["keyPair"]["PrivateKey"])
    certificate.write_text(created["certificatePem"])
    arn = str(created["certificateArn"])
    if thing:
        iot.attach_thing_principal(thingName=thing, principal=arn)
    for policy in policies:
        iot.attach_policy(policyName=policy, target=arn)
    iot.update_certificate(certificateId=id_of(arn), newStatus="ACTIVE")
    return arn


def revoke_camera(deployment: Deployment, camera: str) -> Revocation:
    """Take the camera's certificates, thing, settings, status and entry away. What is gone already may be gone.

    Raises:
        NameTakenError: the thing of this name is not of this fleet.
    """
    iot = deployment.client("iot")
    if not find_camera(deployment, camera):
        return Revocation(found=False)
    _end_reservation(deployment, camera)
    certificates = _note(deployment, camera, certificates_of(iot, camera))
    for arn in certificates:
        _unless_gone(iot.update_certificate, certificateId=id_of(arn), newStatus="INACTIVE")
    still_connected = _end_connection(deployment, camera)
    for arn in certificates:
        delete_certificate(iot, arn, thing=camera)
    _forget(deployment, camera)
    _patiently(iot.delete_thing, thingName=camera)
    key = to_attributes({"camera": camera})
    deployment.client("dynamodb").delete_item(TableName=deployment["CamerasTable"], Key=key)
    return Revocation(True, still_connected)


def find_camera(deployment: Deployment, camera: str) -> bool:
    """Whether there is anything of this camera: a thing, or an entry in the table.

    Raises:
        NameTakenError: the thing of this name is not of this fleet.
    """
    thing = describe_thing(deployment.client("iot"), camera)
    if thing and thing.get("thingTypeName") != deployment["CameraType"]:
        raise NameTakenError(f"the thing {camera} is not of {deployment.stage}; it stays as it is")
    return thing is not None or _entry(deployment, camera) is not None


def delete_certificate(iot: Any, arn: str, *, thing: str | None = None) -> None:
    """Deactivate a certificate, detach it from its policies and its thing, and delete it, unless it is gone."""
    if _unless_gone(iot.update_certificate, certificateId=id_of(arn), newStatus="INACTIVE") is None:
        return
    for policy in iot.list_attached_policies(target=arn)["policies"]:
        iot.detach_policy(policyName=policy["policyName"], target=arn)
    if thing:
        _unless_gone(iot.detach_thing_principal, thingName=thing, principal=arn)
    _patiently(iot.delete_certificate, certificateId=id_of(arn), forceDelete=True)


def describe_thing(iot: Any, name: str) -> dict[str, Any] | None:
    """The thing as AWS IoT describes it; None where there is none."""
    thing: dict[str, Any] | None = _unless_gone(iot.describe_thing, thingName=name)
    return thing


def certificates_of(iot: Any, thing: str) -> set[str]:
    """The ARNs of the thing's certificates; none where there is no such thing."""
    pages = iot.get_paginator("list_thing_principals").paginate(thingName=thing)
    arns = _unless_gone(lambda: {str(arn) for page in pages for arn in page["principals"]})
    return arns or set()


def id_of(certificate_arn: str) -> str:
    """The certificate's id is the end of its ARN."""
    return certificate_arn.rpartition("/")[2]


def _enter(deployment: Deployment, item: dict[str, Any]) -> None:
    try:
        deployment.client("dynamodb").put_item(
            TableName=deployment["CamerasTable"],
            Item=to_attributes(item),
            ConditionExpression="attribute_not_exists(camera)",
        )
    except ClientError as error:
        if is_condition_failure(error):
            raise NameTakenError(f"there is a camera {item['camera']} already; revoke it first") from error
        raise


def _entry(deployment: Deployment, camera: str) -> dict[str, Any] | None:
    key = to_attributes({"camera": camera})
    table = deployment["CamerasTable"]
    answer = deployment.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    return from_attributes(answer["Item"]) if "Item" in answer else None


def _end_reservation(deployment: Deployment, camera: str) -> None:
    """Let no device join while the camera is being revoked; a camera without an entry gets one until then."""
    deployment.client("dynamodb").update_item(
        TableName=deployment["CamerasTable"],
        Key=to_attributes({"camera": camera}),
        UpdateExpression="SET revoked_at = :now REMOVE claim_until",
        ExpressionAttributeValues=to_attributes({":now": to_text(now())}),
    )


def _note(deployment: Deployment, camera: str, certificates: set[str]) -> set[str]:
    """Write down which certificates are to be deleted, since nothing says so of those that are detached already.

    Returns them, with those that an earlier revocation wrote down.
    """
    if certificates:
        deployment.client("dynamodb").update_item(
            TableName=deployment["CamerasTable"],
            Key=to_attributes({"camera": camera}),
            UpdateExpression="ADD certificates :certificates",
            ExpressionAttributeValues=to_attributes({":certificates": certificates}),
        )
    entry = _entry(deployment, camera) or {}
    return certificates.union(entry.get("certificates", ()))


def _end_connection(deployment: Deployment, client_id: str) -> str | None:
    """Cut the connection that this client has now, without its last will; why not, if that failed."""
    try:
        deployment.client("iot-data").delete_connection(clientId=client_id, cleanSession=True, preventWillMessage=True)
    except ClientError as error:
        # That it is not connected is fine; and the rest of a revocation must not wait for a right that lacks here.
        return None if error.response["Error"]["Code"] == "ResourceNotFoundException" else str(error)
    return None


def _forget(deployment: Deployment, camera: str) -> None:
    """Delete the settings and the status, which a later camera of this name would inherit."""
    data = deployment.client("iot-data")
    _unless_gone(data.delete_thing_shadow, thingName=camera, shadowName="camera")
    # An empty message takes a retained one away (MQTT 5, 3.3.1.3).
    data.publish(topic=f"homeward/v1/{camera}/status", qos=1, retain=True, payload=b"")


def _patiently(call: Any, **arguments: Any) -> None:
    """AWS IoT detaches some seconds after it has said so, and until then deletes neither certificate nor thing."""
    for attempt in stamina.retry_context(_is_still_attached, attempts=10, timeout=60.0):
        with attempt:
            _unless_gone(call, **arguments)


def _is_still_attached(error: Exception) -> bool:
    still = {"DeleteConflictException", "InvalidRequestException"}
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in still


def _unless_gone(call: Callable[..., Any], **arguments: Any) -> Any:
    """What the call answers; None where AWS IoT says that there is no such thing, certificate or shadow."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
