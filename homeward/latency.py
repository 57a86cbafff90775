"""`homeward latency`: how long the captures of the last encounters took to become alerts, hop by hop."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from homeward.options import NOT_FOUND, Agency, AsJson, connect, console, fail
from lambdas.common.encounter import Encounter, Review
from lambdas.common.encounters_table import encounters_by_review, read_encounter
from lambdas.common.hops import HOPS, hops
from lambdas.common.times import from_text, now, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment import Deployment

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
    encounters = [found for found in _encounters(connect(agency), hours) if camera in {None, found.camera}]
    times = _times(encounters)
    if not times:
        raise fail(f"no encounter in the last {hours:g} hours; --hours looks further back", code=NOT_FOUND)
    rows = {hop: _row(times[hop]) for hop in HOPS if hop in times}
    if as_json:
        console.print_json(data={"encounters": len(encounters), "hops": rows})
        return
    table = Table("hop", *(f"p{rank} ms" for rank in _RANKS), "encounters")
    for hop, row in rows.items():
        table.add_row(hop, *(f"{row[f'p{rank}']:,.0f}" for rank in _RANKS), str(row["count"]))
    console.print(table)


def _encounters(deployment: Deployment, hours: float) -> Iterator[Encounter]:
    dynamodb, table = deployment.client("dynamodb"), deployment["EncountersTable"]
    since = to_text(now() - timedelta(hours=hours))
    for review in Review:
        newest = encounters_by_review(dynamodb, review, table=table, newest_first=True)
        for listed in takewhile(lambda each: each.started_at >= since, newest):
            encounter = read_encounter(dynamodb, table=table, encounter_id=listed.encounter_id)
            if encounter and not encounter.timeline.again:
                yield encounter


def _times(encounters: list[Encounter]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for encounter in encounters:
        line = encounter.timeline
        known = {
            "captured_at": line.captured_at,
            "received_at": line.received_at,
            "stored_at": line.stored_at,
            "searched_at": line.searched_at,
            "encountered_at": line.encountered_at,
            "alerted_at": encounter.alerted_at,
        }
        for hop, milliseconds in hops({name: from_text(text) if text else None for name, text in known.items()}):
            times[hop].append(milliseconds)
    return times


def _row(times: list[float]) -> dict[str, float]:
    return {**{f"p{rank}": round(float(np.percentile(times, rank)), 1) for rank in _RANKS}, "count": len(times)}
