"""The cameras: where they are, and how many captures of each were searched on the last days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.probe import PROBE_CAMERA
from lambdas.common.dynamodb import read_many
from lambdas.console.cameras import read_cameras
from lambdas.console.exchange import AnyRequest, Page
from lambdas.encounters.score_counts import day_of_scores, scores_key

if TYPE_CHECKING:
    from lambdas.console.services import Services

DAYS = 7


class CameraRow(msgspec.Struct, frozen=True, kw_only=True):
    """One camera. `searches` are per day, today (UTC) last; `last_day` is the last day of these with a search."""

    camera: str
    site: str
    searches: list[int]
    last_day: str | None
    is_silent: bool
    added_at: str | None
    is_revoked: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All cameras. `days` are the dates that `searches` count."""

    days: list[str]
    cameras: list[CameraRow]


def show(services: Services, request: AnyRequest) -> Page:
    """Show every camera, the silent ones first."""
    days = [(request.at - timedelta(days=back)).date().isoformat() for back in reversed(range(DAYS))]
    cameras = [camera for camera in read_cameras(services) if camera.name != PROBE_CAMERA]
    counted = _searches(services, [camera.name for camera in cameras], days)
    rows = [
        CameraRow(
            camera=camera.name,
            site=camera.site,
            searches=[counted.get((camera.name, day), 0) for day in days],
            last_day=max((day for day in days if counted.get((camera.name, day))), default=None),
            is_silent=not any(counted.get((camera.name, day)) for day in days[-2:]),
            added_at=camera.added_at,
            is_revoked=camera.revoked_at is not None,
        )
        for camera in cameras
    ]
    rows.sort(key=lambda row: (not row.is_silent, row.camera))
    return Page(template="cameras.html", data=View(days=days, cameras=rows))


def _searches(services: Services, names: list[str], days: list[str]) -> dict[tuple[str, str], int]:
    """Count the searches by camera and day. The histograms tell: one item for each."""
    table = services.encounters_table
    keys = [scores_key(name, day) for name in names for day in days]
    found = map(day_of_scores, read_many(services.dynamodb, {table: keys})[table])
    return {(each.camera, each.day): each.searches for each in found}
