"""The main loop of the camera program: frames in, captures into the outbox."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from edge_device import clock
from edge_device.core.message import encode_message, face_message
from edge_device.filming.run_report import RunReport
from edge_device.systemd.notify import notify
from edge_device.version import version
from edge_device.wiring import face_rules, shot_rules, zones

if TYPE_CHECKING:
    import threading

    from edge_device.cameras import Camera
    from edge_device.core.face import Face, Frame
    from edge_device.core.message import FaceShot
    from edge_device.core.motion import MotionGate
    from edge_device.core.passers_by import PassersBy
    from edge_device.core.topics import Topics
    from edge_device.detector import Detector
    from edge_device.live_view.picture import LivePicture
    from edge_device.outbox.queue import Outbox
    from edge_device.remote.shadow import RemoteSettings

log = structlog.get_logger()


@dataclass
class CaptureLoop:
    """Reads frames, detects faces, and queues the shots worth a search. `Sender` sends them."""

    topics: Topics
    camera: Camera
    detector: Detector
    passers_by: PassersBy
    outbox: Outbox
    gate: MotionGate | None = None
    live_view: LivePicture | None = None
    report: RunReport = field(default_factory=RunReport)
    filming: bool = True
    _last_frame_s: float = 0.0
    _faces: list[Face] = field(default_factory=list)
    _changes: queue.SimpleQueue[RemoteSettings] = field(default_factory=queue.SimpleQueue)

    def run(self, stop: threading.Event) -> None:
        """Run until the video ends or `stop` is set. The people who are still visible get their final shots.

        Raises:
            CameraError: the camera gives no frames.
        """
        try:
            for frame in self.camera.frames():
                notify("WATCHDOG=1")
                if stop.is_set():
                    break
                while not self._changes.empty():
                    self._apply(self._changes.get())
                if frame:
                    self._count(frame)
                elif clock.steady_s() - self._last_frame_s > self.passers_by.tracker.max_gap_s:
                    self._queue(self.passers_by.finish())
        finally:
            self._queue(self.passers_by.finish())

    def change_settings(self, settings: RemoteSettings) -> None:
        """Apply other settings from the next frame on. Safe to call from any thread."""
        self._changes.put(settings)

    def state(self) -> dict[str, Any]:
        """The loop's part of the health message."""
        return {
            **self.report.state(),
            "filming": self.filming,
            "sent": self.outbox.sent,
            "waiting": len(self.outbox),
            "waiting_bytes": self.outbox.waiting_bytes,
            "dropped": self.outbox.dropped,
        }

    def _count(self, frame: Frame) -> None:
        if self.filming:
            self._process(frame)
        self.report.count_frame()
        self._last_frame_s = clock.steady_s()

    def _process(self, frame: Frame) -> None:
        self.passers_by.zones.black_out(frame.image)
        if not frame.is_repeat:
            self._faces = self._detect(frame)
        self._queue(self.passers_by.see(frame, self._faces))
        if self.live_view:
            self.live_view.show(frame, self.passers_by.seen)

    def _detect(self, frame: Frame) -> list[Face]:
        if not self.passers_by.tracker.tracks and self.gate and not self.gate.opens(frame):
            return []
        started = time.perf_counter()
        faces = self.detector.detect(frame.image)
        self.report.count_detection(len(faces), time.perf_counter() - started)
        return faces

    def _queue(self, shots: list[FaceShot]) -> None:
        for shot in shots:
            message = face_message(
                shot,
                camera=self.topics.thing,
                sequence=self.outbox.next_sequence(),
                model=self.detector.model,
                edge_version=version(),
            )
            payload = encode_message(message)
            self.report.add_capture(shot, payload, at=clock.wall_s())
            self.outbox.put(shot.capture_id, payload)
            log.info("capture", capture_id=shot.capture_id, track=shot.track_id, shot=shot.shot, bytes=len(payload))

    def _apply(self, settings: RemoteSettings) -> None:
        if self.filming and not settings.filming:
            self._queue(self.passers_by.finish())
        self.filming = settings.filming
        self.passers_by.faces, self.passers_by.rules = face_rules(settings.faces), shot_rules(settings.shots)
        self.passers_by.zones = zones(settings.zones)
