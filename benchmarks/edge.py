"""Compares the camera program with the 2018 prototype, which sent every face of every frame.

    .venv/bin/python -m benchmarks.edge

Eight people walk through a generated corridor. One of them is filmed from another photo than the enrolled one. Both
sides use the same frames, the same detector and the local cloud's face engine. Writes build/bench/edge.json.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.camera.enrolled import EnrolledPeople
from benchmarks.camera.sides import REVIEW_THRESHOLD, Side, camera_program, every_face_of_every_frame
from benchmarks.support.certificate import self_signed
from benchmarks.support.figures import OUT, write_figures
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.video import GroundTruth, busy_corridor, render

ROOT = Path(__file__).parents[1]
# One person is enrolled with the first photo and filmed from the second.
ENROLLED, FILMED = (ROOT / ".local" / "faces" / name for name in ("obama.jpg", "obama2.jpg"))


def peak_mb(video: Path, folder: Path) -> float:
    """Measure the peak memory of `homeward-edge run` on the video, while its MQTT client waits for a broker."""
    identity = self_signed(folder)
    command = [sys.executable, "-m", "edge_device", "--quiet", "run", "--source", str(video), "--camera", "bench"]
    command += ["--pace", "fast", "--endpoint", "127.0.0.1", "--port", "9", "--drain-timeout", "0"]
    command += ["--cert", str(identity.certificate), "--key", str(identity.key), "--outbox", str(folder / "b.db")]
    peak_kb = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        while process.poll() is None:
            # getrusage would include the memory of the parent at the time of the fork.
            status = Path(f"/proc/{process.pid}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            peak_kb = max(peak_kb, int(found[1]) if found else 0)
            time.sleep(0.05)
    return peak_kb / 1024


def main() -> None:
    """Render the video, run both sides, search, and write the figures."""
    cv2.setNumThreads(1)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    OUT.mkdir(parents=True, exist_ok=True)
    stills = distinct_faces()[::5][:7]
    video = OUT / "busy_corridor.mp4"
    truth: GroundTruth = render(busy_corridor([FILMED, *stills]), video)
    enrolled = EnrolledPeople([ENROLLED, *stills])
    with tempfile.TemporaryDirectory() as folder:
        # First, while this process is small.
        memory = peak_mb(video, Path(folder))
        ours, overhead_share = camera_program(video, Path(folder))
    reference = every_face_of_every_frame(video)
    for side in (ours, reference):
        side.best = enrolled.best_of(side.pictures)
    figures = {
        "searches_ratio": round(len(reference.pictures) / len(ours.pictures), 1),
        "bytes_ratio": round(reference.message_bytes / ours.message_bytes, 1),
        "recall_ours": round(ours.recall, 3),
        "recall_reference": round(reference.recall, 3),
        "overhead_share": round(overhead_share, 4),
        "peak_mb": round(memory),
        "people": len(truth.people),
        "frames": len(truth.frames),
        **ours.figures("ours"),
        **reference.figures("reference"),
    }
    write_figures("edge", figures)
    print_table(reference, ours, figures)


def print_table(reference: Side, ours: Side, figures: dict[str, Any]) -> None:
    """Print both sides with their ratios."""
    table = Table(title=f"{figures['people']} people, {figures['frames']} frames of 1280x720, one CPU thread")
    for column in ("", reference.name, ours.name, "ratio"):
        table.add_column(column, justify="left" if not column else "right")
    cpu_ratio = reference.cpu_ms_a_frame / ours.cpu_ms_a_frame
    rows = [
        ("messages = searches", len(reference.pictures), len(ours.pictures), figures["searches_ratio"]),
        ("bytes sent", reference.message_bytes, ours.message_bytes, figures["bytes_ratio"]),
        ("CPU ms per frame", reference.cpu_ms_a_frame, ours.cpu_ms_a_frame, cpu_ratio),
        (f"people found (>= {REVIEW_THRESHOLD:.0f})", reference.recall, ours.recall, ours.recall / reference.recall),
    ]
    for person, (one, other) in enumerate(zip(reference.best, ours.best, strict=True), start=1):
        rows.append((f"best similarity, {person}", one, other, other / one if one else 0.0))
    for name, *values in rows:
        table.add_row(name, *(f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" for value in values))
    console = Console(width=100)
    console.print(table)
    console.print(
        f"own CPU time relative to the detector's: {figures['overhead_share']:.1%}; peak memory {figures['peak_mb']} MB"
    )
    console.print(
        "Person 1 is filmed from another photo than the enrolled one, the others from the enrolled photo itself."
    )
    console.print("Their similarities show what the pipeline loses, not how well faces are recognized.")


if __name__ == "__main__":
    main()
