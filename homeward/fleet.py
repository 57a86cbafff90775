"""What makes a camera in AWS IoT, and what takes it away again. Each of it may be repeated."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import from_epoch_ms, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment import Deployment


def register_camera(deployment: Deployment, camera: str, *, site: str, certificate: Path, key: Path) -> None:
    """Make the thing, its certificate with the fleet's policy, and its entry in the cameras table."""
    iot = deployment.client("iot")
    iot.create_thing(thingName=camera, thingTypeName=deployment["CameraType"])
    iot.add_thing_to_thing_group(thingName=camera, thingGroupName=deployment["CameraGroup"])
    principal = new_certificate(iot, deployment["CameraPolicyName"], certificate=certificate, key=key)
    iot.attach_thing_principal(thingName=camera, principal=principal)
    item = {"camera": camera, "site": site, "added_at": to_text(now())}
    deployment.client("dynamodb").put_item(TableName=deployment["CamerasTable"], Item=to_attributes(item))


def new_certificate(iot: Any, policy: str, *, certificate: Path, key: Path) -> str:
    """Write a new certificate and its key, which exists nowhere else, and return the certificate's ARN."""
    certificate.parent.mkdir(parents=True, exist_ok=True)
    created = iot.create_keys_and_certificate(setAsActive=True)
    # Readable by its owner only from the first byte on.
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(created["keyPair"]["PrivateKey"])
    certificate.write_text(created["certificatePem"])
    iot.attach_policy(policyName=policy, target=created["certificateArn"])
    return str(created["certificateArn"])


def registered_cameras(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Name, site, state (active, inactive, reserved) and last health report of each camera."""
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=deployment["CamerasTable"])
    for page in pages:
        for item in map(from_attributes, page["Items"]):
            camera = str(item["camera"])
            yield {
                "camera": camera,
                "site": item.get("site"),
                "state": _state(deployment, camera),
                "added_at": item.get("added_at"),
                "status_at": _status_at(deployment, camera),
            }


def revoke_camera(deployment: Deployment, camera: str) -> bool:
    """Take the camera's certificates, its thing and its entry away; whether there was anything to take away.

    A certificate that is inactive is refused at once, and AWS IoT ends the connection that was made with it.
    """
    iot = deployment.client("iot")
    certificates = _certificates(deployment, camera)
    for arn in certificates:
        iot.update_certificate(certificateId=_id_of(arn), newStatus="INACTIVE")
    for arn in certificates:
        for policy in iot.list_attached_policies(target=arn)["policies"]:
            iot.detach_policy(policyName=policy["policyName"], target=arn)
        iot.detach_thing_principal(thingName=camera, principal=arn)
        iot.delete_certificate(certificateId=_id_of(arn), forceDelete=True)
    known = _thing_exists(iot, camera)
    if known:
        iot.delete_thing(thingName=camera)
    gone = deployment.client("dynamodb").delete_item(
        TableName=deployment["CamerasTable"], Key=to_attributes({"camera": camera}), ReturnValues="ALL_OLD"
    )
    return bool(certificates) or known or "Attributes" in gone


def _certificates(deployment: Deployment, camera: str) -> list[str]:
    iot = deployment.client("iot")
    if not _thing_exists(iot, camera):
        return []
    return [str(arn) for arn in iot.list_thing_principals(thingName=camera)["principals"]]


def _state(deployment: Deployment, camera: str) -> str:
    iot = deployment.client("iot")
    states = [
        iot.describe_certificate(certificateId=_id_of(arn))["certificateDescription"]["status"]
        for arn in _certificates(deployment, camera)
    ]
    if not states:
        return "reserved"
    return "active" if "ACTIVE" in states else "inactive"


def _status_at(deployment: Deployment, camera: str) -> str | None:
    """When the camera last said how it is: its status is retained by the broker."""
    try:
        retained = deployment.client("iot-data").get_retained_message(topic=f"homeward/v1/{camera}/status")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return to_text(from_epoch_ms(retained["lastModifiedTime"]))


def _thing_exists(iot: Any, camera: str) -> bool:
    try:
        iot.describe_thing(thingName=camera)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return True


def _id_of(certificate_arn: str) -> str:
    return certificate_arn.rpartition("/")[2]
