"""Compares the camera program with the 2018 prototype, which sent every face of every frame.

    .venv/bin/python -m benchmarks.edge

Eight people walk through a generated corridor. One of them is filmed from another photo than the enrolled one. Both
sides use the same frames, the same detector and the local cloud's face engine. Writes build/bench/edge.json.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.support.certificate import self_signed
from benchmarks.support.figures import OUT, write_figures
from edge_device.cameras.video_file import VideoFile
from edge_device.core.face import Face, pixels
from edge_device.detector import YuNet
from edge_device.filming.capture_loop import CaptureLoop
from edge_device.outbox.queue import Outbox
from edge_device.settings import read_settings
from edge_device.wiring import build_motion_gate, build_passers_by
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.similarity import similarities
from local_cloud.video import GroundTruth, busy_corridor, render

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
REVIEW_THRESHOLD = 80.0
# One person is enrolled with the first photo and filmed from the second.
ENROLLED, FILMED = (ROOT / ".local" / "faces" / name for name in ("obama.jpg", "obama2.jpg"))


@dataclass
class TimedDetector:
    """A detector that counts its CPU time."""

    detector: YuNet
    model: str = YuNet.model
    cpu_s: float = 0.0
    frames: int = 0

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find all faces of a BGR image. Boxes are in its pixels."""
        started = time.thread_time()
        faces = self.detector.detect(image)
        self.cpu_s += time.thread_time() - started
        self.frames += 1
        return faces


@dataclass
class Side:
    """The costs and results of one side. `best` is the best similarity of each enrolled person."""

    name: str
    pictures: list[bytes] = field(default_factory=list)
    message_bytes: int = 0
    cpu_ms_a_frame: float = 0.0
    best: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of enrolled people for whom a search finds a candidate."""
        return sum(similarity >= REVIEW_THRESHOLD for similarity in self.best) / len(self.best)

    def figures(self, name: str) -> dict[str, Any]:
        """The side's figures, prefixed with a name."""
        return {
            f"{name}_searches": len(self.pictures),
            f"{name}_bytes": self.message_bytes,
            f"{name}_cpu_ms_a_frame": round(self.cpu_ms_a_frame, 2),
            f"{name}_best_similarity": self.best,
        }


class EnrolledPeople:
    """The enrolled people. A search takes the largest face of a picture, as Rekognition does."""

    def __init__(self, stills: list[Path]) -> None:
        self._engine = FaceEngine()
        self._vectors = np.stack([self._vector(np.asarray(cv2.imread(str(still)))) for still in stills])

    def best_of(self, pictures: list[bytes]) -> list[float]:
        """The best similarity of any of the pictures, for each enrolled person."""
        best = np.zeros(len(self._vectors))
        for jpeg in pictures:
            vector = self._vector(np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)))
            if vector is not None:
                best = np.maximum(best, similarities(vector, self._vectors))
        return [round(float(similarity), 1) for similarity in best]

    def _vector(self, picture: NDArray[Any]) -> Any:
        faces = self._engine.detect(picture.astype(np.uint8))
        return self._engine.embed(picture.astype(np.uint8), faces[0]) if faces else None


def every_face_of_every_frame(video: Path) -> Side:
    """Run the prototype: crop each face above the rule's confidence along its box, and send it immediately."""
    side, detector, frames = Side("every face of every frame"), TimedDetector(YuNet()), 0
    cpu_s = 0.0
    for frame in VideoFile(video, fast=True).frames():
        started = time.thread_time()
        for face in detector.detect(frame.image):
            if face.confidence > 0.8:
                jpeg = cv2.imencode(".jpg", pixels(frame.image, face.box))[1].tobytes()
                message = {"face": base64.b64encode(jpeg).decode(), "confidence": face.confidence}
                side.message_bytes += len(json.dumps(message))
                side.pictures.append(jpeg)
        cpu_s += time.thread_time() - started
        frames += 1
    side.cpu_ms_a_frame = 1000 * cpu_s / frames
    return side


def camera_program(video: Path, folder: Path) -> tuple[Side, float]:
    """Run the camera program with motion gate and outbox; also returns its own CPU time relative to the detector's."""
    settings = read_settings(None, {"camera": "bench", "source": str(video), "pace": "fast"})
    detector, camera = TimedDetector(YuNet()), CountedCamera(VideoFile(video, fast=True))
    side = Side("the camera program")
    with Outbox(folder / "outbox.db") as outbox:
        loop = CaptureLoop(
            "bench", camera, detector, build_passers_by(settings), outbox, gate=build_motion_gate(settings)
        )
        started = time.thread_time()
        loop.run(threading.Event())
        cpu_s = time.thread_time() - started - camera.cpu_s
        for entry in outbox.entries():
            side.message_bytes += len(entry.payload)
            side.pictures.append(base64.b64decode(json.loads(entry.payload)["image"]["data"]))
    side.cpu_ms_a_frame = 1000 * cpu_s / camera.count
    return side, (cpu_s - detector.cpu_s) / detector.cpu_s


@dataclass
class CountedCamera:
    """A video that counts the CPU time of its decoding, which a real camera does not need."""

    video: VideoFile
    cpu_s: float = 0.0
    count: int = 0

    def frames(self) -> Any:
        """Yield the frames of the video."""
        frames = iter(self.video.frames())
        while True:
            started = time.thread_time()
            frame = next(frames, None)
            self.cpu_s += time.thread_time() - started
            if frame is None:
                return
            self.count += 1
            yield frame


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
