"""Checks of what an environment works with: the gallery, the recipients' filters, the syncs, the cameras."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from edge_device.wording.counts import counted
from homeward.case_listing import read_cases
from homeward.doctor.finding import Finding
from homeward.fleet.cameras_table import read_entries
from homeward.fleet.status import camera_statuses
from lambdas.common.cameras_table import site_of
from lambdas.common.place_names import name_key, place_keys
from lambdas.common.times import from_text, now
from lambdas.ingest.gallery.stats import gallery_stats
from lambdas.ingest.gallery.wiring import open_gallery
from lambdas.ingest.wiring import open_runs

if TYPE_CHECKING:
    from agencies.settings import Settings
    from homeward.deployment.outputs import Deployment
    from homeward.fleet.status import CameraStatus

_NAMED_CAMERAS, _NAMED_CASES = 10, 5
_MISSED_RUNS = 2


def check_gallery(settings: Settings, deployment: Deployment) -> Finding:
    """Check that there are faces to find."""
    stats = gallery_stats(open_gallery(deployment))
    cases = sum(count for group, count in stats.cases.items() if group.endswith(" open"))
    finding = f"{counted(cases, 'open case')}, {counted(stats.with_face, 'photo')} with a face"
    if stats.not_indexed_yet:
        finding += f", {stats.not_indexed_yet} not indexed yet"
    if not stats.with_face:
        sync = f"homeward sync -a {settings.stage}"
        if not settings.sources.enabled:
            sync = f"homeward import FOLDER -a {settings.stage}, or enable a source and {sync}"
        return Finding("failed", finding, f"{sync}; until then no capture can match")
    if stats.held:
        cases_held = sorted(stats.held_by_case)
        named = ", ".join(cases_held[:_NAMED_CASES]) + (", ..." if len(cases_held) > _NAMED_CASES else "")
        waiting = counted(stats.held, "photo waits", "photos wait")
        finding += f"; {waiting} for a person to choose the face, of {named}"
        return Finding("warning", finding, f"homeward case faces {cases_held[0]} -a {settings.stage} --sheet faces.jpg")
    return Finding("ok", finding)


def check_filters(settings: Settings, deployment: Deployment) -> Finding:
    """Check that each county and site of a recipient's filter exists, which a misspelled one does not."""
    filters = [each.filter for each in settings.alerting.recipients]
    counties, sites = ({name for each in filters for name in getattr(each, kind)} for kind in ("counties", "sites"))
    if not counties | sites:
        return Finding("ok", "no recipient filters by county or site")
    problems = [
        *(f"no case is of {county}" for county in sorted(_without_case(counties, deployment))),
        *(f"no camera is at {site}" for site in sorted(_without_camera(sites, deployment))),
    ]
    if problems:
        advice = "compare the spelling in the agency's file with: homeward case show CASE --json; homeward camera list"
        return Finding("warning", "; ".join(problems), advice)
    return Finding(
        "ok", f"{counted(len(counties), 'county', 'counties')} and {counted(len(sites), 'site')}, each in use"
    )


def _without_case(counties: set[str], deployment: Deployment) -> set[str]:
    """Return the counties that no case has; none if no case has a county."""
    if not counties:
        return set()
    cases = read_cases(deployment.client("dynamodb"), table=deployment["CasesTable"])
    known = {key for each in cases if (county := each.case.last_seen.county) for key in place_keys(county)}
    return {county for county in counties if known and not place_keys(county) & known}


def _without_camera(sites: set[str], deployment: Deployment) -> set[str]:
    """Return the sites that no camera has. An alert of a camera without a site names the camera."""
    if not sites:
        return set()
    known = {name_key(site_of(entry, entry["camera"])) for entry in read_entries(deployment)}
    return {site for site in sites if name_key(site) not in known}


def check_syncs(settings: Settings, deployment: Deployment) -> Finding:
    """Check that each scheduled source was read lately and completely."""
    runs, problems = open_runs(deployment), []
    oldest = now() - _MISSED_RUNS * timedelta(hours=settings.sync.interval_hours)
    sources = settings.sources.in_the_cloud
    for name in sources:
        report = runs.last_report(name)
        if report is None:
            problems.append(f"{name} never ran")
        elif report["error"]:
            problems.append(f"{name}: {report['error']}")
        elif from_text(report["ended_at"]) < oldest:
            problems.append(f"{name} last ran at {report['ended_at']}")
    if problems:
        return Finding("warning", "; ".join(problems), f"homeward sync -a {settings.stage}")
    return Finding("ok", f"{len(sources)} scheduled sources" if sources else "no source is read on schedule")


def check_cameras(settings: Settings, deployment: Deployment) -> Finding:
    """Check that every camera with a certificate is online."""
    cameras = sorted(camera_statuses(deployment), key=lambda each: each.camera)
    silent = [each for each in cameras if each.state == "active" and each.status != "online"]
    stuck = [each for each in cameras if each.state not in {"active", "reserved"}]
    online = len(cameras) - len(silent) - len(stuck) - sum(each.state == "reserved" for each in cameras)
    if not cameras:
        return Finding("warning", "no cameras", f"homeward camera add CAMERA -a {settings.stage} --site SITE")
    finding = f"{online} of {len(cameras)} online"
    problems = [*map(_silence, silent), *(f"{each.camera} is {each.state}" for each in stuck)]
    if not problems:
        return Finding("ok", finding)
    named = ", ".join(problems[:_NAMED_CAMERAS])
    more = f" and {len(problems) - _NAMED_CAMERAS} more" if len(problems) > _NAMED_CAMERAS else ""
    advice = f"homeward-edge check on a silent camera; homeward camera list -a {settings.stage} lists all"
    return Finding("warning" if online else "failed", f"{finding}; {named}{more}", advice)


def _silence(camera: CameraStatus) -> str:
    return (
        f"{camera.camera} {camera.status} since {camera.status_at}"
        if camera.status
        else f"{camera.camera} never reported"
    )
