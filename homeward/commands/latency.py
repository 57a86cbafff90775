"""`homeward latency`: how long the captures of the last encounters took to become alerts, hop by hop."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from homeward.encounter_listing import encounters
from homeward.options import NOT_FOUND, Agency, AsJson, connect, console, fail
from lambdas.common.times import now, to_text
from lambdas.encounters.hops import HOPS, hops_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter

_RANKS = (50, 90, 99)


def latency(
    *,
    agency: Agency,
    hours: Annotated[float, typer.Option(min=0.1, help="Encounters that began in the last so many hours.")] = 24,
    camera: Annotated[str | None, typer.Option(help="Only those of this camera.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print p50, p90 and p99 of each hop from the camera to the alert, in milliseconds.

    The times are those that every encounter carries. Captures that were searched again for the sake of a new case are
    left out: they waited for the case.

    Exit codes: 3 there was no encounter in that time.

    Examples:
        homeward latency -a springfield-prod

        homeward latency -a springfield-prod --hours 168 --camera cam-01 --json
    """
    found = [each for each in _encounters(connect(agency), hours) if camera in {None, each.camera}]
    times = _times(found)
    if not times:
        raise fail(f"no encounter in the last {hours:g} hours; --hours looks further back", code=NOT_FOUND)
    rows = {hop: _row(times[hop]) for hop in HOPS if hop in times}
    if as_json:
        console.print_json(data={"encounters": len(found), "hops": rows})
        return
    table = Table("hop", *(f"p{rank} ms" for rank in _RANKS), "encounters")
    for hop, row in rows.items():
        table.add_row(hop, *(f"{row[f'p{rank}']:,.0f}" for rank in _RANKS), str(row["count"]))
    console.print(table)


def _encounters(deployment: Deployment, hours: float) -> Iterator[Encounter]:
    since = to_text(now() - timedelta(hours=hours))
    newest = encounters(
        deployment.client("dynamodb"), table=deployment["EncountersTable"], stage=None, case_id=None, limit=None
    )
    recent = takewhile(lambda each: each.started_at >= since, newest)
    return (encounter for encounter in recent if not encounter.timeline.again)


def _times(found: list[Encounter]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for encounter in found:
        for hop, milliseconds in hops_of(encounter):
            times[hop].append(milliseconds)
    return times


def _row(times: list[float]) -> dict[str, float]:
    return {**{f"p{rank}": round(float(np.percentile(times, rank)), 1) for rank in _RANKS}, "count": len(times)}
