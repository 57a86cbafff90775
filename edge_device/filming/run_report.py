"""Counts of one run, for `homeward-edge run --json` and for health messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edge_device import clock
from edge_device.core.message import iso_time

if TYPE_CHECKING:
    from edge_device.core.message import FaceShot
    from edge_device.outbox.database import Entry

_MAX_CAPTURES = 10_000  # keeps the memory of a camera that runs for months constant


@dataclass
class RunReport:
    """Counts frames and faces, and lists each capture with the times it was taken, queued and acknowledged."""

    frames: int = 0
    frames_looked_at: int = 0
    faces: int = 0
    detector_s: float = 0.0
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    _started_s: float = field(default_factory=clock.steady_s)
    _last_frame_s: float | None = None

    def count_frame(self) -> None:
        """Count a frame from the camera."""
        self.frames += 1
        self._last_frame_s = clock.steady_s()

    def count_detection(self, faces: int, seconds: float) -> None:
        """Count a run of the detector, the faces it found and the time it took."""
        self.frames_looked_at += 1
        self.faces += faces
        self.detector_s += seconds

    def add_capture(self, shot: FaceShot, payload: bytes, *, at: float) -> None:
        """Add a capture that was queued at epoch time `at`; forgets the oldest beyond the maximum."""
        if len(self.captures) >= _MAX_CAPTURES:
            self.captures.pop(next(iter(self.captures)))
        self.captures[shot.capture_id] = {
            "capture_id": shot.capture_id,
            "track": shot.track_id,
            "shot": shot.shot,
            "final": shot.final,
            "quality": round(shot.quality.score, 3),
            "bytes": len(payload),
            "captured_at": iso_time(shot.captured_at),
            "queued_at": iso_time(at),
            "acknowledged_at": None,
        }

    def mark_acknowledged(self, entry: Entry) -> None:
        """Record that the broker acknowledged a message, which an earlier run may have queued."""
        new = {"capture_id": entry.capture_id, "bytes": len(entry.payload)}
        self.captures.setdefault(entry.capture_id, new)["acknowledged_at"] = iso_time(clock.wall_s())

    def state(self) -> dict[str, Any]:
        """The counts for the health message."""
        up_s = clock.steady_s() - self._started_s
        last = None if self._last_frame_s is None else round(clock.steady_s() - self._last_frame_s, 1)
        return {
            "up_s": round(up_s),
            "frames": self.frames,
            "frames_per_s": round(self.frames / up_s, 1) if up_s else 0.0,
            "last_frame_s_ago": last,
            "detector_ms": round(1000 * self.detector_s / self.frames_looked_at, 1) if self.frames_looked_at else None,
            "faces": self.faces,
        }

    def to_json(self) -> dict[str, Any]:
        """The report for `--json`."""
        captures = list(self.captures.values())
        published = sum(1 for capture in captures if capture["acknowledged_at"])
        counts = {"frames": self.frames, "frames_looked_at": self.frames_looked_at, "faces": self.faces}
        return {**counts, "published": published, "captures": captures}
