"""Counts the first alerts of one encounter: our pipeline against the 2018 prototype.

    .venv/bin/python -m benchmarks.alerts

One person passes one camera, which takes 32 captures. Threads match them one after another, eight at a time (as after a
camera was offline), or all at once. They use the local cloud, whose DynamoDB evaluates conditions and transactions as
AWS does. Our side is the matcher, the notifier behind the table's stream, the receipts and the sweep an hour later.
Both sides share two assumptions. Each capture resembles the case enough for an alert, and concurrent searches return at
the same instant. Each call takes 10 ms of network time, because the threads of one process overlap less than functions
on many hosts. The benchmark counts the first alerts that a phone receives; 1 is right. Writes build/bench/alerts.json.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import fmean
from threading import Barrier
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.reference.prototype import Prototype
from benchmarks.support.figures import write_figures
from local_cloud.lifecycle import running_cloud
from local_cloud.pipeline.tables import make_table
from local_cloud.pipeline.world import ALONE, CASE, Clients, World
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from local_cloud.cloud import Cloud

CAPTURES = 32
NETWORK_S = 0.01
AT_ONCE = {"sequential": 1, "burst": 8, "race32": CAPTURES}
TITLES = {"sequential": "one after another", "burst": "eight at a time", "race32": "all at once"}
Work = Callable[[str], None]
Counts = dict[str, list[int]]


class DistantClients(Clients):
    """Clients with network latency. A search returns when `answered.parties` searches are waiting."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.answered = Barrier(1)
        for client in (self.s3, self.dynamodb, self.sns):
            client.meta.events.register("before-send", lambda **_: time.sleep(NETWORK_S))

    def _search(self, params: dict[str, Any]) -> Any:
        self.answered.wait(timeout=60)
        return super()._search(params)


def ours(world: World) -> Work:
    """Our pipeline: the match function, and the notify function for each record of the table's stream."""
    clock = world.skewed(0)
    matcher, notifier = world.matcher(clock), world.notifier(clock)

    def match_and_notify(key: str) -> None:
        matcher.match(key)
        for encounter in world.encounters():
            notifier.notify(encounter["encounter_id"])

    return match_and_notify


def reference(world: World) -> Work:
    """The prototype's function: search, then alert unless its table has a recent alert."""
    table = f"{world.name}-prototype"
    make_table(world.clients.dynamodb, table, {"person": "HASH"})
    prototype = Prototype(dynamodb=world.clients.dynamodb, sns=world.clients.sns, table=table, topic_arn=world.topic)

    def search_and_alert(key: str) -> None:
        answer = world.clients.rekognition.search_faces_by_image(
            # World identifies a picture by its bytes, which are its key.
            CollectionId="faces",
            Image={"Bytes": key.encode()},
        )
        for match in answer["FaceMatches"]:
            person = match["Face"]["ExternalImageId"]
            prototype.alert_once(person, lambda: json.dumps({"alert_id": CASE.case_id}), now_s=world.now.timestamp())

    return search_and_alert


def count_alerts(clients: DistantClients, side: Callable[[World], Work], *, at_once: int) -> int:
    """Count the first alerts of one encounter, in new tables and a new topic."""
    world = World(clients)
    keys = [world.take(f"c-{number}", "cam-01", world.now, ALONE + 0.5).key for number in range(CAPTURES)]
    clients.answered = Barrier(at_once)
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(side(world), keys))
    world.deliver_receipts()
    world.now += timedelta(hours=1)
    world.sweep(world.skewed(0))
    alerts = sum(world.alerts().values())
    world.close()
    return alerts


def show(counts: dict[str, Counts], trials: int) -> Table:
    """Build the table, with one row per pace."""
    table = Table(title=f"First alerts of one encounter of {CAPTURES} captures, mean of {trials} (minimum to maximum)")
    table.add_column("captures come")
    for heading in ("ours", "prototype", "ratio", "goal for ours"):
        table.add_column(heading, justify="right")
    for pace, title in TITLES.items():
        cells = [
            f"{fmean(counts[side][pace]):.1f} ({min(counts[side][pace])} to {max(counts[side][pace])})"
            for side in ("ours", "reference")
        ]
        ratio = fmean(counts["reference"][pace]) / fmean(counts["ours"][pace])
        table.add_row(title, *cells, f"{ratio:.1f}", "1")
    return table


def main(trials: Annotated[int, typer.Option(help="Number of encounters per side and pace.", min=1)] = 5) -> None:
    """Count the alerts of both sides."""
    counts: dict[str, Counts] = {side: {pace: [] for pace in AT_ONCE} for side in ("ours", "reference")}
    with tempfile.TemporaryDirectory() as folder:
        settings = CloudSettings(state=Path(folder), services=("emulator",)).with_free_ports()
        with running_cloud(settings) as cloud:
            clients = DistantClients(cloud)
            for _ in range(trials):
                for pace, at_once in AT_ONCE.items():
                    counts["ours"][pace].append(count_alerts(clients, ours, at_once=at_once))
                    counts["reference"][pace].append(count_alerts(clients, reference, at_once=at_once))
    # Report our worst trial: every trial must give exactly one alert.
    worst = {pace: max(numbers, key=lambda number: abs(number - 1)) for pace, numbers in counts["ours"].items()}
    figures = {f"ours_{pace}": number for pace, number in worst.items()}
    means = {f"reference_{pace}": round(fmean(numbers), 1) for pace, numbers in counts["reference"].items()}
    write_figures("alerts", {**figures, **means, "trials": trials})
    Console(width=100).print(show(counts, trials))


if __name__ == "__main__":
    typer.run(main)
