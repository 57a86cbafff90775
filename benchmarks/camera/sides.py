"""The two sides of the benchmark: the prototype's rule and the camera program, run on one video."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2

from edge_device.cameras.video_file import VideoFile
from edge_device.core.face import Face, pixels
from edge_device.detector import YuNet
from edge_device.filming.capture_loop import CaptureLoop
from edge_device.outbox.queue import Outbox
from edge_device.settings import read_settings
from edge_device.wiring import build_motion_gate, build_passers_by

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

REVIEW_THRESHOLD = 80.0


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


def every_face_of_every_frame(video: Path) -> Side:
    """Run the prototype: crop each face above the rule's confidence along its box, and send it immediately."""
    side, detector, frames = Side("every face of every frame"), TimedDetector(YuNet()), 0
    cpu_s = 0.0
    for frame in VideoFile(video).every_frame():
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
            settings.topics, camera, detector, build_passers_by(settings), outbox, gate=build_motion_gate(settings)
        )
        started = time.thread_time()
        loop.run(threading.Event())
        cpu_s = time.thread_time() - started - camera.cpu_s
        for entry in outbox.entries():
            side.message_bytes += len(entry.payload)
            side.pictures.append(base64.b64decode(json.loads(entry.payload)["image"]["data"]))
    side.cpu_ms_a_frame = 1000 * cpu_s / camera.count
    return side, (cpu_s - detector.cpu_s) / detector.cpu_s
