"""Read and write a camera's entry in the cameras table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes, update_if
from lambdas.common.outside_text import single_line
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from homeward.deployment.outputs import Deployment
    from homeward.fleet.coordinates import Coordinates


def read_entry(deployment: Deployment, camera: str) -> dict[str, Any] | None:
    """Read a camera's entry, strongly consistent."""
    answer = deployment.client("dynamodb").get_item(
        TableName=deployment["CamerasTable"], Key=_key(camera), ConsistentRead=True
    )
    return from_attributes(answer["Item"]) if "Item" in answer else None


def read_entries(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Read the entries of all cameras."""
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=deployment["CamerasTable"])
    for page in pages:
        yield from map(from_attributes, page["Items"])


def thing_of(entry: Mapping[str, Any]) -> str:
    """Return the thing of a camera. An entry older than the attribute `thing` belongs to the thing of its own name."""
    return str(entry.get("thing", entry["camera"]))


def find_by_thing(deployment: Deployment, thing: str) -> dict[str, Any] | None:
    """Return the entry of the camera that is this thing, or None."""
    return next((entry for entry in read_entries(deployment) if thing_of(entry) == thing), None)


def add_entry(deployment: Deployment, camera: str, *, thing: str, site: str) -> bool:
    """Add a camera's entry. Return False if there is one already."""
    item = {"camera": camera, "thing": thing, "site": single_line(site), "added_at": to_text(now())}
    try:
        deployment.client("dynamodb").put_item(
            TableName=deployment["CamerasTable"],
            Item=to_attributes(item),
            ConditionExpression="attribute_not_exists(camera)",
        )
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def add_entry_until(deployment: Deployment, camera: str, *, thing: str, until: datetime) -> None:
    """Register a camera for a limited time. Replaces an earlier entry."""
    item = {"camera": camera, "thing": thing, "site": camera, "registered_until": to_text(until)}
    deployment.client("dynamodb").put_item(TableName=deployment["CamerasTable"], Item=to_attributes(item))


def set_place(
    deployment: Deployment, camera: str, *, site: str | None = None, coordinates: Coordinates | None = None
) -> bool:
    """Change the site and the coordinates of a camera; None leaves one as it is. Return False if there is no camera."""
    values: dict[str, Any] = {} if site is None else {":site": single_line(site).strip()}
    if coordinates:
        values |= {":latitude": coordinates.latitude, ":longitude": coordinates.longitude}
    changed = update_if(
        deployment.client("dynamodb"),
        TableName=deployment["CamerasTable"],
        Key=_key(camera),
        UpdateExpression="SET " + ", ".join(f"{name[1:]} = {name}" for name in values),
        ConditionExpression="attribute_exists(camera) AND attribute_not_exists(revoked_at)",
        ExpressionAttributeValues=to_attributes(values),
    )
    return changed is not None


def set_thing(deployment: Deployment, camera: str, *, thing: str, former_thing: str) -> None:
    """Record the camera's new thing and the former one, both of which may send."""
    deployment.client("dynamodb").update_item(
        TableName=deployment["CamerasTable"],
        Key=_key(camera),
        UpdateExpression="SET thing = :thing, former_thing = :former",
        ConditionExpression="attribute_exists(camera) AND attribute_not_exists(revoked_at)",
        ExpressionAttributeValues=to_attributes({":thing": thing, ":former": former_thing}),
    )


def forget_former_thing(deployment: Deployment, camera: str) -> None:
    """Remove the camera's former thing, which may no longer send."""
    deployment.client("dynamodb").update_item(
        TableName=deployment["CamerasTable"],
        Key=_key(camera),
        UpdateExpression="REMOVE former_thing",
        ConditionExpression="attribute_exists(camera)",
    )


def mark_revoked(deployment: Deployment, camera: str) -> None:
    """End the camera's reservation, so that no device joins during the revocation. Adds an entry if there is none."""
    deployment.client("dynamodb").update_item(
        TableName=deployment["CamerasTable"],
        Key=_key(camera),
        UpdateExpression="SET revoked_at = :now REMOVE claim_until",
        ExpressionAttributeValues=to_attributes({":now": to_text(now())}),
    )


def add_certificates(deployment: Deployment, camera: str, certificates: set[str]) -> set[str]:
    """Record the certificates to delete, and return them with those that an earlier revocation recorded.

    Once AWS IoT has detached a certificate, only this record tells that it was the camera's.
    """
    if certificates:
        deployment.client("dynamodb").update_item(
            TableName=deployment["CamerasTable"],
            Key=_key(camera),
            UpdateExpression="ADD certificates :certificates",
            ExpressionAttributeValues=to_attributes({":certificates": certificates}),
        )
    entry = read_entry(deployment, camera) or {}
    return certificates.union(entry.get("certificates", ()))


def delete_entry(deployment: Deployment, camera: str) -> None:
    """Delete a camera's entry."""
    deployment.client("dynamodb").delete_item(TableName=deployment["CamerasTable"], Key=_key(camera))


def _key(camera: str) -> dict[str, Any]:
    return to_attributes({"camera": camera})
