"""The cameras: where they are, what they last said of themselves, and their searches on the last days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.probe import PROBE_CAMERA
from lambdas.common.dynamodb import read_many
from lambdas.common.times import from_text
from lambdas.console.cameras import read_cameras
from lambdas.console.readable_times import since
from lambdas.console.web.exchange import AnyRequest, Page
from lambdas.encounters.camera_reports import CameraReport, report_key, report_of
from lambdas.encounters.score_counts import day_of_scores, scores_key
from lambdas.encounters.table import encounter_key

if TYPE_CHECKING:
    from lambdas.console.cameras import Camera
    from lambdas.console.services import Services

DAYS = 7
# Cameras report every minute, unless their settings say otherwise.
_LATE = timedelta(minutes=15)
# The way of the message counts too.
_CLOCK_TOLERANCE_S = 10.0


class CameraRow(msgspec.Struct, frozen=True, kw_only=True):
    """One camera. `searches` are per day, today (UTC) last; `last_day` is the last day of these with a search.

    `report` is what the camera last said of itself, None if it never did, as other senders of pictures. `reported` is
    how long ago that was; `is_late`: too long. `clock_is_off`: its pictures' times cannot be relied on.
    """

    camera: str
    site: str
    searches: list[int]
    last_day: str | None
    is_silent: bool
    added_at: str | None
    is_revoked: bool
    report: CameraReport | None
    reported: str | None
    is_late: bool
    clock_is_off: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All cameras. `days` are the dates that `searches` count."""

    days: list[str]
    cameras: list[CameraRow]


def show(services: Services, request: AnyRequest) -> Page:
    """Show every camera, the silent ones first."""
    days = [(request.at - timedelta(days=back)).date().isoformat() for back in reversed(range(DAYS))]
    cameras = [camera for camera in read_cameras(services) if camera.name != PROBE_CAMERA]
    names = [camera.name for camera in cameras]
    counted, reports = _searches(services, names, days), _reports(services, names)
    rows = [_row(request, camera, days, counted, reports.get(camera.name)) for camera in cameras]
    rows.sort(key=lambda row: (not (row.is_silent or row.is_late or row.clock_is_off), row.camera))
    return Page(template="cameras.html", data=View(days=days, cameras=rows))


def _row(
    request: AnyRequest,
    camera: Camera,
    days: list[str],
    counted: dict[tuple[str, str], int],
    report: CameraReport | None,
) -> CameraRow:
    if report and camera.added_at and report.received_at < camera.added_at:
        report = None  # of an earlier camera of this name
    searches = [counted.get((camera.name, day), 0) for day in days]
    offset_s = report.clock_offset_s if report else None
    return CameraRow(
        camera=camera.name,
        site=camera.site,
        searches=searches,
        last_day=max((day for day, count in zip(days, searches, strict=True) if count), default=None),
        is_silent=not any(searches[-2:]),
        added_at=camera.added_at,
        is_revoked=camera.revoked_at is not None,
        report=report,
        reported=since(report.received_at, request.at) if report else None,
        is_late=report is not None and request.at - from_text(report.received_at) > _LATE,
        clock_is_off=report is not None and (offset_s is None or abs(offset_s) > _CLOCK_TOLERANCE_S),
    )


def _reports(services: Services, names: list[str]) -> dict[str, CameraReport]:
    table = services.encounters_table
    items = read_many(services.dynamodb, {table: [encounter_key(report_key(name)) for name in names]})[table]
    return {str(item["camera"]): report_of(item) for item in items}


def _searches(services: Services, names: list[str], days: list[str]) -> dict[tuple[str, str], int]:
    """Count the searches by camera and day. The histograms tell: one item for each."""
    table = services.encounters_table
    keys = [scores_key(name, day) for name in names for day in days]
    found = map(day_of_scores, read_many(services.dynamodb, {table: keys})[table])
    return {(each.camera, each.day): each.searches for each in found}
