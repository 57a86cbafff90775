"""The camera program: frames in, captures out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from edge_device import clock
from edge_device.core.message import encode_message, face_message, faces_topic, iso_time
from edge_device.version import version

if TYPE_CHECKING:
    import threading

    from edge_device.cameras import Camera
    from edge_device.core.message import FaceShot
    from edge_device.core.passers_by import PassersBy
    from edge_device.detector import Detector
    from edge_device.outbox import Entry, Outbox

log = structlog.get_logger()


@dataclass
class Report:
    """What a run did: counts, and for each capture its id, track, and when it was taken, queued, acknowledged."""

    frames: int = 0
    faces: int = 0
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)

    def queued(self, shot: FaceShot, payload: bytes) -> None:
        """A capture was put in the outbox."""
        self.captures[shot.capture_id] = {
            "capture_id": shot.capture_id,
            "track": shot.track_id,
            "shot": shot.shot,
            "final": shot.final,
            "quality": round(shot.quality.score, 3),
            "bytes": len(payload),
            "captured_at": iso_time(shot.captured_at),
            "queued_at": iso_time(clock.wall_s()),
            "acknowledged_at": None,
        }

    def acknowledged(self, entry: Entry) -> None:
        """The broker has a message, of this run or an earlier one."""
        capture = self.captures.setdefault(
            entry.capture_id, {"capture_id": entry.capture_id, "bytes": len(entry.payload)}
        )
        capture["acknowledged_at"] = iso_time(clock.wall_s())

    def to_json(self) -> dict[str, Any]:
        """The report for `--json`."""
        captures = list(self.captures.values())
        published = sum(1 for capture in captures if capture["acknowledged_at"])
        return {"frames": self.frames, "faces": self.faces, "published": published, "captures": captures}


@dataclass
class Program:
    """Films, detects, and queues the shots that are worth a search. Sending them is the sender's work."""

    thing: str
    camera: Camera
    detector: Detector
    passers_by: PassersBy
    outbox: Outbox
    report: Report = field(default_factory=Report)

    def run(self, stop: threading.Event) -> None:
        """Until the video ends, or `stop` is set.

        Raises:
            CameraError: the camera gives no frames.
        """
        for frame in self.camera.frames():
            faces = self.detector.detect(frame.image)
            self.report.frames += 1
            self.report.faces += len(faces)
            self._queue(self.passers_by.see(frame, faces))
            if stop.is_set():
                break
        self._queue(self.passers_by.leave())

    def _queue(self, shots: list[FaceShot]) -> None:
        for shot in shots:
            message = face_message(
                shot,
                camera=self.thing,
                sequence=self.outbox.next_sequence(),
                model=self.detector.model,
                edge_version=version(),
            )
            payload = encode_message(message)
            self.report.queued(shot, payload)
            self.outbox.put(shot.capture_id, faces_topic(self.thing), payload)
            log.info("capture", capture_id=shot.capture_id, track=shot.track_id, shot=shot.shot, bytes=len(payload))
