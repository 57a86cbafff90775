"""Measures what a camera that floods does to another one: the deployed pipeline in quiet, then under a flood.

    .venv/bin/python -m benchmarks.flood

A camera sends a missing person's picture once a second, each time as another camera, so that each opens an encounter.
The time is from the publication to the search, as the encounter's timeline has it. Then another camera publishes
100 different pictures a second beside it over MQTT, more than AWS IoT takes from one connection (512 KiB a second).
A short flood comes before all measurements: processes that start would take the cores of this machine, not of Lambda.
`searches_of_flooder_per_minute` counts the flooder's captures that were stored, all of which are searched. By default
the flood lasts just less than a minute, because the limit holds for each minute.
Writes build/bench/flood.json.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.reference.flooded_agency import Agency, deployed
from benchmarks.support.figures import write_figures

if TYPE_CHECKING:
    from concurrent.futures import Future

PER_S = 100


def waits(agency: Agency, name: str, trials: int) -> list[float]:
    """Publish one capture a second, and return the milliseconds until each search."""
    published = {}
    for trial in range(trials):
        began = time.monotonic()
        camera = f"{name}-{trial}"
        published[camera] = agency.publish_as(camera)
        time.sleep(max(0.0, 1 - (time.monotonic() - began)))
    searched = agency.searched_at(list(published))
    return [(after - before).total_seconds() * 1000 for before, after in zip(published.values(), searched, strict=True)]


def flood(agency: Agency, stop: threading.Event, sent: list[Future[Any]]) -> None:
    """Publish different pictures at a constant rate until the event is set."""
    due = time.monotonic()
    while not stop.is_set():
        sent.append(agency.flood())
        due += 1 / PER_S
        time.sleep(max(0.0, due - time.monotonic()))


def waits_under_flood(agency: Agency, name: str, trials: int) -> tuple[list[float], float]:
    """Return the waits beside a flood, and how many of its captures a second the cloud acknowledged."""
    stop = threading.Event()
    sent: list[Future[Any]] = []
    flooder = threading.Thread(target=flood, args=(agency, stop, sent))
    began = time.monotonic()
    flooder.start()
    try:
        flooded = waits(agency, name, trials)
        rate = sum(each.done() and each.exception() is None for each in sent) / (time.monotonic() - began)
    finally:
        stop.set()
        flooder.join()
    return flooded, rate


def main(
    trials: Annotated[
        int, typer.Option(help="Captures of the other camera, in quiet and under the flood.", min=5)
    ] = 58,
) -> None:
    """Measure the other camera's waits."""
    console = Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        console.status("Deploying, then one minute in quiet and one of flood"),
        deployed(Path(folder)) as agency,
    ):
        waits_under_flood(agency, "warm-up", 10)
        quiet = waits(agency, "quiet", trials)
        before = agency.stored()
        time.sleep(60)  # until the flooder may run ahead of its pace again
        flooded, rate = waits_under_flood(agency, "flooded", trials)
        searches = agency.stored() - before - trials
    figures = {
        "quiet_p95_ms": round(float(np.percentile(quiet, 95)), 1),
        "flooded_p95_ms": round(float(np.percentile(flooded, 95)), 1),
        "searches_of_flooder_per_minute": searches,
        "published_per_s": round(rate, 1),
    }
    figures["p95_ratio"] = round(figures["flooded_p95_ms"] / figures["quiet_p95_ms"], 2)
    console.print(draw(figures))
    write_figures("flood", figures)


def draw(figures: dict[str, float]) -> Table:
    """Build the table."""
    table = Table(title="Another camera's wait until its search, p95 in milliseconds")
    for heading in ("quiet", "flooded", "ratio", "flood, captures/s", "flooder's searches/min"):
        table.add_column(heading, justify="right")
    order = ("quiet_p95_ms", "flooded_p95_ms", "p95_ratio", "published_per_s", "searches_of_flooder_per_minute")
    table.add_row(*(f"{figures[name]:g}" for name in order))
    return table


if __name__ == "__main__":
    typer.run(main)
