"""Read the cameras, for filters and for the distance between two places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.common.cameras_table import site_of
from lambdas.common.dynamodb import Item, from_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.console.services import Services

_EARTH_KM = 6371.0


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera and its place. Coordinates are None if nobody entered them."""

    name: str
    site: str
    latitude: float | None = None
    longitude: float | None = None
    added_at: str | None = None
    revoked_at: str | None = None


def read_cameras(services: Services) -> list[Camera]:
    """Read all cameras, by name."""
    pages = services.dynamodb.get_paginator("scan").paginate(TableName=services.cameras_table)
    items = [from_attributes(item) for page in pages for item in page["Items"]]
    return sorted((_camera(item) for item in items if item.get("camera")), key=lambda camera: camera.name)


def camera_named(cameras: Iterable[Camera], name: str) -> Camera:
    """Return one of the cameras. A name that is none, as of a submission, is its own site."""
    return next((camera for camera in cameras if camera.name == name), Camera(name=name, site=name))


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance over the ground in kilometers."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    east = math.radians(other_longitude - longitude)
    half = math.sin((other_north - north) / 2) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(east / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(half))


def _camera(item: Item) -> Camera:
    name = str(item["camera"])
    return Camera(
        name=name,
        site=site_of(item, name),
        latitude=item.get("latitude"),
        longitude=item.get("longitude"),
        added_at=item.get("added_at"),
        revoked_at=item.get("revoked_at"),
    )
