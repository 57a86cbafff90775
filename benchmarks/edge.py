"""The camera program against the 2018 prototype's rule, every face of every frame, on one video in one run.

    .venv/bin/python benchmarks/edge.py

Eight people walk through a generated corridor; one of them is filmed from another photo than the enrolled one. Both
sides use the same detector, the same frames, and the local cloud's face engine. Writes build/bench/edge.json.
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

from benchmarks.certificate import self_signed
from edge_device.build import build_gate, build_passers_by
from edge_device.cameras.video_file import VideoFile
from edge_device.core.face import Face, pixels
from edge_device.detector import YuNet
from edge_device.outbox import Outbox
from edge_device.program import Program
from edge_device.settings import read_settings
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.similarity import similarities
from local_cloud.video import GroundTruth, busy_corridor, render

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "bench"
REVIEW_THRESHOLD = 80.0
# A true pair: the person is enrolled with one photo, and filmed from another.
ENROLLED, FILMED = (ROOT / ".local" / "faces" / name for name in ("obama.jpg", "obama2.jpg"))


@dataclass
class TimedDetector:
    """The detector, with the CPU time it took."""

    detector: YuNet
    model: str = YuNet.model
    cpu_s: float = 0.0
    frames: int = 0

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """All faces of a BGR image, in its pixels."""
        started = time.thread_time()
        faces = self.detector.detect(image)
        self.cpu_s += time.thread_time() - started
        self.frames += 1
        return faces


@dataclass
class Side:
    """What one of the two ways cost and found. `best` is each enrolled person's best similarity."""

    name: str
    pictures: list[bytes] = field(default_factory=list)
    message_bytes: int = 0
    cpu_ms_a_frame: float = 0.0
    best: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the people of whom a search would have found a candidate for review."""
        return sum(similarity >= REVIEW_THRESHOLD for similarity in self.best) / len(self.best)

    def figures(self, name: str) -> dict[str, Any]:
        """The side's figures, with its name before each."""
        return {
            f"{name}_searches": len(self.pictures),
            f"{name}_bytes": self.message_bytes,
            f"{name}_cpu_ms_a_frame": round(self.cpu_ms_a_frame, 2),
            f"{name}_best_similarity": self.best,
        }


class Gallery:
    """The enrolled people, searched as Rekognition does: the largest face of a picture."""

    def __init__(self, stills: list[Path]) -> None:
        self._engine = FaceEngine()
        self._vectors = np.stack([self._vector(np.asarray(cv2.imread(str(still)))) for still in stills])

    def best_of(self, pictures: list[bytes]) -> list[float]:
        """For each enrolled person, the best similarity that any of the pictures reaches."""
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
    """The prototype: each face above the rule's confidence is cut out along its box and sent at once."""
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
    """The camera program as it runs, with motion gate and outbox; and its own CPU time by the detector's."""
    settings = read_settings(None, {"camera": "bench", "source": str(video), "pace": "fast"})
    detector, camera = TimedDetector(YuNet()), CountedCamera(VideoFile(video, fast=True))
    side = Side("the camera program")
    with Outbox(folder / "outbox.db") as outbox:
        program = Program("bench", camera, detector, build_passers_by(settings), outbox, gate=build_gate(settings))
        started = time.thread_time()
        program.run(threading.Event())
        cpu_s = time.thread_time() - started - camera.cpu_s
        for entry in outbox.entries():
            side.message_bytes += len(entry.payload)
            side.pictures.append(base64.b64decode(json.loads(entry.payload)["image"]["data"]))
    side.cpu_ms_a_frame = 1000 * cpu_s / camera.count
    return side, (cpu_s - detector.cpu_s) / detector.cpu_s


@dataclass
class CountedCamera:
    """The video, with the CPU time of decoding it, which a real camera does not cost."""

    video: VideoFile
    cpu_s: float = 0.0
    count: int = 0

    def frames(self) -> Any:
        """The frames of the video."""
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
    """The most memory that `homeward-edge run` holds for the video, with its MQTT client waiting for a broker."""
    identity = self_signed(folder)
    command = [sys.executable, "-m", "edge_device", "--quiet", "run", "--source", str(video), "--camera", "bench"]
    command += ["--pace", "fast", "--endpoint", "127.0.0.1", "--port", "9", "--drain-timeout", "0"]
    command += ["--cert", str(identity.certificate), "--key", str(identity.key), "--outbox", str(folder / "b.db")]
    highest_kb = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        while process.poll() is None:
            # Not from getrusage: there a child starts with what its parent held when it was made.
            status = Path(f"/proc/{process.pid}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            highest_kb = max(highest_kb, int(found[1]) if found else 0)
            time.sleep(0.05)
    return highest_kb / 1024


def main() -> None:
    """Render, play both ways, search, print the table and write the figures."""
    cv2.setNumThreads(1)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    OUT.mkdir(parents=True, exist_ok=True)
    stills = distinct_faces()[::5][:7]
    video = OUT / "busy_corridor.mp4"
    truth: GroundTruth = render(busy_corridor([FILMED, *stills]), video)
    gallery = Gallery([ENROLLED, *stills])
    with tempfile.TemporaryDirectory() as folder:
        # First, so that no larger child is measured in its place.
        memory = peak_mb(video, Path(folder))
        ours, overhead_share = camera_program(video, Path(folder))
    reference = every_face_of_every_frame(video)
    for side in (ours, reference):
        side.best = gallery.best_of(side.pictures)
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
    (OUT / "edge.json").write_text(json.dumps(figures, indent=2) + "\n")
    _print(reference, ours, figures)


def _print(reference: Side, ours: Side, figures: dict[str, Any]) -> None:
    table = Table(title=f"{figures['people']} people, {figures['frames']} frames of 1280x720, one CPU thread")
    for column in ("", reference.name, ours.name, "ratio"):
        table.add_column(column, justify="left" if not column else "right")
    cpu_ratio = reference.cpu_ms_a_frame / ours.cpu_ms_a_frame
    rows = [
        ("messages = searches", len(reference.pictures), len(ours.pictures), figures["searches_ratio"]),
        ("bytes sent", reference.message_bytes, ours.message_bytes, figures["bytes_ratio"]),
        ("CPU ms a frame", reference.cpu_ms_a_frame, ours.cpu_ms_a_frame, cpu_ratio),
        (f"people found (>= {REVIEW_THRESHOLD:.0f})", reference.recall, ours.recall, ours.recall / reference.recall),
    ]
    for person, (one, other) in enumerate(zip(reference.best, ours.best, strict=True), start=1):
        rows.append((f"best similarity, {person}", one, other, other / one if one else 0.0))
    for name, *values in rows:
        table.add_row(name, *(f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" for value in values))
    console = Console(width=100)
    console.print(table)
    console.print(
        f"own CPU time by the detector's: {figures['overhead_share']:.1%}; peak memory {figures['peak_mb']} MB"
    )
    console.print(
        "Person 1 is filmed from another photo than the enrolled one; the others from the enrolled photo itself,"
    )
    console.print("which shows that nothing is lost on the way, not how well faces are recognised.")


if __name__ == "__main__":
    main()
