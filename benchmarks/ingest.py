"""Indexes a gallery of national size with the code of the index-photo function, and lists a national source.

    .venv/bin/python -m benchmarks.ingest

24,620 photos (as many as NamUs has with a face) meet a simulated Rekognition with a quota of 50 calls per second,
which throttles 5 % of the calls and fails 2 %. 2 % of the events are delivered twice. Time is virtual: when the code
waits, the clock jumps. Then the benchmark lists 26,600 cases of the NamUs stand-in over HTTP. Writes
build/bench/ingest.json.
"""

from __future__ import annotations

import contextlib
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
import stamina
import typer
from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from benchmarks.simulation.queue import Queue
from benchmarks.simulation.rekognition import Bucket, SimulatedRekognition
from benchmarks.simulation.table import CasesTable
from benchmarks.simulation.virtual_time import VirtualTime
from benchmarks.support.figures import write_figures
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.shared_pace import SharedPace
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.index_photo import PhotoIndex
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError, Leases
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError
from lambdas.ingest.sources.namus.api import NamUs
from local_cloud.namus.server import running
from local_cloud.namus.switches import Switches
from local_cloud.namus.synthetic import Synthetic

if TYPE_CHECKING:
    from collections.abc import Iterator

PHOTOS, QUOTA, CASES = 24_620, 50.0, 26_600
WORKERS = 25  # maximum concurrency in stacks/ingest.py for this quota
VISIBILITY_S = 360  # six times the function's timeout, as in stacks/constructs/work_queue.py
MARKS = {1_000: "peak_mb_1k", 10_000: "peak_mb_10k", PHOTOS: "peak_mb_24k"}


def index_photos(folder: Path) -> dict[str, float]:
    """Index all photos in virtual time; returns the figures."""
    clock, chance = VirtualTime(), random.Random(7)
    rekognition = SimulatedRekognition(
        folder / "faces", clock, per_second=QUOTA, throttled=0.05, failing=0.02, random=chance
    )
    table: Any = CasesTable(folder / "items", clock)
    queue = Queue(PHOTOS, clock, doubled=0.02, visibility_s=VISIBILITY_S, random=chance)
    photos = _photo_index(rekognition, table, clock)
    figures: dict[str, float] = {}
    last_indexed = 0.0

    def work() -> None:
        nonlocal last_indexed
        while batch := queue.receive(10):
            for key in batch:
                try:
                    outcome = photos.reconcile(key)
                except (LeaseBusyError, LeaseLostError, AmbiguousIndexError, ClientError):
                    queue.fail(key)
                    continue
                if outcome.value == "PhotosIndexed":
                    last_indexed = clock.seconds
                    figures["photos"] = figures.get("photos", 0) + 1
                    if figures["photos"] in MARKS:
                        figures[MARKS[int(figures["photos"])]] = peak_mb()

    with _virtual_sleep(clock):
        clock.run([work] * WORKERS)
    with_face, with_several = rekognition.counts()
    return {
        **figures,
        "minutes_simulated": round(last_indexed / 60, 2),
        "minutes_until_queue_empty": round(clock.seconds / 60, 2),
        "limit_minutes": round(PHOTOS / QUOTA / 60, 2),
        "ratio": round(last_indexed / (PHOTOS / QUOTA), 3),
        "lost": PHOTOS - min(with_face, table.indexed()),
        "indexed_twice": with_several,
        "redelivered": queue.redelivered,
        **{f"calls_{kind}": count for kind, count in rekognition.calls.items()},
    }


def _photo_index(rekognition: Any, table: Any, clock: VirtualTime) -> PhotoIndex:
    pace = SharedPace(
        dynamodb=table, table="cases", name="rekognition", per_second=QUOTA, clock=clock.time, sleep=clock.sleep
    )
    bucket: Any = Bucket(clock)
    return PhotoIndex(
        s3=bucket,
        bucket="gallery",
        leases=Leases(dynamodb=table, table="cases", now=clock.now),
        faces=FaceCollections(rekognition=rekognition, dynamodb=table, table="cases", deployed="faces", pace=pace),
    )


@contextlib.contextmanager
def _virtual_sleep(clock: VirtualTime) -> Iterator[None]:
    """Make retries wait in virtual time: they call `time.sleep`."""
    stamina.instrumentation.set_on_retry_hooks([])
    with mock.patch.object(time, "sleep", clock.sleep):
        yield


def list_cases() -> dict[str, float]:
    """List a national source over HTTP; returns the number of requests and bytes."""
    with running(Synthetic(CASES), Switches(robots="allow")) as url:
        client = PoliteClient(
            base_url=url,
            contact="bench@agency.example",
            pace=ProcessPace(per_second=1e6),
            permission="our own stand-in",
        )
        listed = sum(1 for _ in NamUs(client).list_cases())
        served = httpx.get(f"{url}/_stand_in/requests", trust_env=False).json()
    return {"cases_listed": listed, "list_requests": served["total"], "list_bytes": served["bytes_sent"]}


def peak_mb() -> float:
    """Peak memory of this process so far."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def show(figures: dict[str, float]) -> None:
    """Print the table."""
    table = Table(
        title=f"{PHOTOS:,} photos, {QUOTA:g} calls per second, 5 % throttled, 2 % failing, 2 % duplicate events"
    )
    for column in ("", "measured", "goal"):
        table.add_column(column, justify="left" if not column else "right")
    goals = {"ratio": "<= 1.25", "lost": "0", "indexed_twice": "0"}
    for name, value in figures.items():
        table.add_row(name, f"{value:,}", goals.get(name, ""))
    Console(width=100).print(table)


def main() -> None:
    """Simulate the indexing, and list a source. Takes about a minute."""
    with tempfile.TemporaryDirectory() as folder:
        figures = index_photos(Path(folder))
    figures |= list_cases()
    figures["peak_mb_listing"] = peak_mb()
    write_figures("ingest", figures)
    show(figures)


if __name__ == "__main__":
    typer.run(main)
