"""Measures the time from a stored capture to its alert in SNS: the deployed pipeline against the 2018 prototype.

    .venv/bin/python -m benchmarks.latency

Both run warm in the same local cloud and take turns. Their functions have the same memory and search the same face
collection. What is timed is the text message: the prototype's only message, and the first of our alert, whose JSON
document is in the same request. S3 invokes the prototype's function directly; it searches, requests the case from the
NamUs stand-in over HTTPS, reads, writes and publishes. `p50_ratio` and `p99_ratio` are measured with a stand-in that
answers immediately. The table's last row and `delayed_*` add --case-request-ms to its answers, an assumed (not
measured) round trip over the internet. Writes build/bench/latency.json.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.reference.side_by_side import Bench, deployed
from benchmarks.support.figures import write_figures

WARM_UP = 10
PAUSE_S = 0.1  # between two turns, so that work after an alert ends
HOPS = {
    "search": "stored > searched",
    "alert": "searched > SNS queue",
    "total": "stored > SNS queue",
}
Times = dict[str, dict[str, list[float]]]
"""Milliseconds by side and hop."""


def take_turns(bench: Bench, trials: range) -> Times:
    """Run the trials; the sides alternate in going first. Negative trials warm up."""
    times: Times = {"ours": defaultdict(list), "reference": defaultdict(list)}
    for trial in trials:
        turns = [("ours", bench.time_ours), ("reference", bench.time_reference)]
        for side, run in turns if trial % 2 else reversed(turns):
            time.sleep(PAUSE_S)
            for hop, milliseconds in run(trial).items() if trial >= 0 else ():
                times[side][hop].append(milliseconds)
    return times


def figures_of(times: Times, hop: str) -> dict[str, float]:
    """Compute p50 and p99 of each side in milliseconds, and the ratios ours / reference."""
    figures = {
        f"{side}_p{rank}_ms": round(float(np.percentile(by_hop[hop], rank)), 1)
        for side, by_hop in times.items()
        for rank in (50, 99)
    }
    ratios = {f"p{n}_ratio": round(figures[f"ours_p{n}_ms"] / figures[f"reference_p{n}_ms"], 3) for n in (50, 99)}
    return {**figures, **ratios}


def draw(rows: dict[str, dict[str, float]], trials: int) -> Table:
    """Build the table, with one row per hop."""
    table = Table(title=f"From a stored capture to the alert, {trials} captures each, milliseconds")
    table.add_column("hop", no_wrap=True)
    for heading in ("ours p50", "ref. p50", "ratio", "ours p99", "ref. p99", "ratio"):
        table.add_column(heading, justify="right", min_width=5)
    for heading, row in rows.items():
        cells = [
            cell
            for rank in ("p50", "p99")
            for cell in (
                f"{row[f'ours_{rank}_ms']:.0f}",
                f"{row[f'reference_{rank}_ms']:.0f}",
                f"{row[f'{rank}_ratio']:.2f}",
            )
        ]
        table.add_row(heading, *cells)
    return table


def main(
    trials: Annotated[int, typer.Option(help="Number of captures per side.", min=2)] = 200,
    case_request_ms: Annotated[int, typer.Option(help="Latency of a case request in the table's last row.")] = 100,
) -> None:
    """Time both pipelines."""
    console = Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        console.status("Deploying, then taking turns"),
        deployed(Path(folder)) as bench,
    ):
        immediate = take_turns(bench, range(-WARM_UP, trials))
        bench.live.set_latency(case_request_ms)
        delayed = figures_of(take_turns(bench, range(trials, trials + trials // 4)), "total")
    rows = {HOPS[hop]: figures_of(immediate, hop) for hop in HOPS}
    total = rows[HOPS["total"]]
    difference = round(total["ours_p50_ms"] - total["reference_p50_ms"], 1)
    figures = {
        **total,
        **{f"{hop}_{name}": value for hop in ("search", "alert") for name, value in rows[HOPS[hop]].items()},
        **{f"delayed_{name}": value for name, value in delayed.items()},
        "case_request_ms": case_request_ms,
        "ours_is_longer_by_p50_ms": difference,
        "trials": trials,
    }
    write_figures("latency", figures)
    console.print(draw({**rows, f"with {case_request_ms} ms per request": delayed}, trials))
    if difference > 0:
        console.print(f"At p50, ours is as fast if a case request takes {difference:g} ms longer than here.")


if __name__ == "__main__":
    typer.run(main)
