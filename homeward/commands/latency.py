"""`homeward latency`: the time of each hop from camera to alert, measured on recent encounters."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from homeward.deployment.outputs import connect
from homeward.encounter_listing import read_encounters
from homeward.exit_codes import NOT_FOUND
from homeward.options import AgencyOption, JsonOption
from homeward.terminal import console, fail
from lambdas.common.times import from_text, now, to_text
from lambdas.detection.capture import TRACK_OF_OTHERS
from lambdas.encounters.hops import HOPS, hops_of
from lambdas.encounters.listing import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter, Timeline

_PERCENTILES = (50, 90, 99)
# What arrives later than this was recorded, or waited in a camera that was offline.
_MAX_DELAY = timedelta(minutes=2)


def latency(
    *,
    agency: AgencyOption,
    hours: Annotated[float, typer.Option(min=0.1, help="Maximum age of the encounters in hours.")] = 24,
    camera: Annotated[str | None, typer.Option(help="Only encounters of this camera.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print p50, p90 and p99 in milliseconds of each hop from the camera to the alert.

    The times come from the encounters. Captures that were searched again for a
    new case are left out, because they waited for the case. So are recordings
    and pictures that no camera of the fleet sent, and what waited in a camera
    for more than two minutes.

    Exit codes: 3 no encounters in that time.

    Examples:
        homeward latency -a springfield-prod

        homeward latency -a springfield-prod --hours 168 --camera cam-01 --json
    """
    found = [each for each in _recent_encounters(connect(agency), hours) if camera in {None, each.camera}]
    times = _times(found)
    if not times:
        raise fail(f"No encounters in the last {hours:g} hours. Look further back with --hours.", code=NOT_FOUND)
    rows = {hop: _percentiles(times[hop]) for hop in HOPS if hop in times}
    if as_json:
        console.print_json(data={"encounters": len(found), "hops": rows})
        return
    table = Table("hop", *(f"p{percentile} ms" for percentile in _PERCENTILES), "encounters")
    for hop, row in rows.items():
        table.add_row(hop, *(f"{row[f'p{percentile}']:,.0f}" for percentile in _PERCENTILES), str(row["count"]))
    console.print(table)


def _recent_encounters(deployment: Deployment, hours: float) -> Iterator[Encounter]:
    since = to_text(now() - timedelta(hours=hours))
    newest = read_encounters(
        deployment.client("dynamodb"), table=deployment["EncountersTable"], wanted=Wanted(), limit=None
    )
    recent = takewhile(lambda each: each.started_at >= since, newest)
    lines = ((encounter, encounter.timeline) for encounter in recent)
    return (each for each, line in lines if not line.again and _came_from_camera(each) and _came_at_once(line))


def _came_from_camera(encounter: Encounter) -> bool:
    """Tell whether a camera sent the capture that opened the encounter, not `homeward submit` or another system."""
    opened = encounter.timeline.captured_at
    tracks = (each.track or "" for each in encounter.sightings.values() if each.captured_at == opened)
    return not any(track.startswith(TRACK_OF_OTHERS) for track in tracks)


def _came_at_once(line: Timeline) -> bool:
    return from_text(line.received_at) - from_text(line.captured_at) <= _MAX_DELAY


def _times(found: list[Encounter]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for encounter in found:
        for hop, milliseconds in hops_of(encounter):
            times[hop].append(milliseconds)
    return times


def _percentiles(times: list[float]) -> dict[str, float]:
    return {
        **{f"p{percentile}": round(float(np.percentile(times, percentile)), 1) for percentile in _PERCENTILES},
        "count": len(times),
    }
