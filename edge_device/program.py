"""The camera program: frames in, captures out."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from edge_device import clock
from edge_device.build import face_rules, shot_rules, zones
from edge_device.core.message import encode_message, face_message, faces_topic
from edge_device.report import Report
from edge_device.service_manager import notify
from edge_device.version import version

if TYPE_CHECKING:
    import threading

    from edge_device.cameras import Camera
    from edge_device.core.face import Face, Frame
    from edge_device.core.message import FaceShot
    from edge_device.core.motion import MotionGate
    from edge_device.core.passers_by import PassersBy
    from edge_device.detector import Detector
    from edge_device.live_view.picture import LivePicture
    from edge_device.outbox import Outbox
    from edge_device.remote_settings import RemoteSettings

log = structlog.get_logger()


@dataclass
class Program:
    """Films, detects, and queues the shots that are worth a search. Sending them is the sender's work."""

    thing: str
    camera: Camera
    detector: Detector
    passers_by: PassersBy
    outbox: Outbox
    gate: MotionGate | None = None
    live_view: LivePicture | None = None
    report: Report = field(default_factory=Report)
    filming: bool = True
    _changes: queue.SimpleQueue[RemoteSettings] = field(default_factory=queue.SimpleQueue)

    def run(self, stop: threading.Event) -> None:
        """Until the video ends, or `stop` is set.

        Raises:
            CameraError: the camera gives no frames.
        """
        for frame in self.camera.frames():
            notify("WATCHDOG=1")
            if stop.is_set():
                break
            if frame is None:
                continue
            while not self._changes.empty():
                self._apply(self._changes.get())
            if self.filming:
                self._look_at(frame)
            self.report.seen()
        self._queue(self.passers_by.leave())

    def change(self, settings: RemoteSettings) -> None:
        """Put other settings in force, from the next frame on. May be called from any thread."""
        self._changes.put(settings)

    def state(self) -> dict[str, Any]:
        """How it goes, for the health message."""
        return {
            **self.report.state(),
            "filming": self.filming,
            "sent": self.outbox.sent,
            "waiting": len(self.outbox),
            "waiting_bytes": self.outbox.waiting_bytes,
            "dropped": self.outbox.dropped,
        }

    def _look_at(self, frame: Frame) -> None:
        self.passers_by.zones.black_out(frame.image)
        faces: list[Face] = []
        if self.passers_by.tracker.tracks or not self.gate or self.gate.opens(frame):
            started = time.perf_counter()
            faces = self.detector.detect(frame.image)
            self.report.detected(len(faces), time.perf_counter() - started)
        self._queue(self.passers_by.see(frame, faces))
        if self.live_view:
            self.live_view.show(frame, self.passers_by.seen)

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
            self.report.queued(shot, payload, at=clock.wall_s())
            self.outbox.put(shot.capture_id, faces_topic(self.thing), payload)
            log.info("capture", capture_id=shot.capture_id, track=shot.track_id, shot=shot.shot, bytes=len(payload))

    def _apply(self, settings: RemoteSettings) -> None:
        self.filming = settings.filming
        self.passers_by.faces, self.passers_by.rules = face_rules(settings.faces), shot_rules(settings.shots)
        self.passers_by.zones = zones(settings.zones)
