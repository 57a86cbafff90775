"""What a run did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edge_device import clock
from edge_device.core.message import iso_time

if TYPE_CHECKING:
    from edge_device.core.message import FaceShot
    from edge_device.outbox import Entry

_MOST_CAPTURES = 10_000  # remembered for the report; a camera that runs for months must not grow


@dataclass
class Report:
    """Counts, and for each capture its id and track, and when it was taken, queued and acknowledged."""

    frames: int = 0
    frames_looked_at: int = 0
    faces: int = 0
    detector_s: float = 0.0
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    _started_s: float = field(default_factory=clock.steady_s)
    _last_frame_s: float | None = None

    def seen(self) -> None:
        """A frame came from the camera."""
        self.frames += 1
        self._last_frame_s = clock.steady_s()

    def detected(self, faces: int, seconds: float) -> None:
        """The detector looked at a frame."""
        self.frames_looked_at += 1
        self.faces += faces
        self.detector_s += seconds

    def queued(self, shot: FaceShot, payload: bytes, *, at: float) -> None:
        """A capture was put in the outbox."""
        if len(self.captures) >= _MOST_CAPTURES:
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

    def acknowledged(self, entry: Entry) -> None:
        """The broker has a message, of this run or an earlier one."""
        fresh = {"capture_id": entry.capture_id, "bytes": len(entry.payload)}
        self.captures.setdefault(entry.capture_id, fresh)["acknowledged_at"] = iso_time(clock.wall_s())

    def state(self) -> dict[str, Any]:
        """The counts, for the health message."""
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
