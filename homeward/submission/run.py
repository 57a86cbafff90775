"""Pictures and videos become captures of a camera, as if it had filmed them. All of it may be repeated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from edge_device.detector import load_detector
from homeward.submission.shots import Shot, UnusableFileError, shots_of_picture, shots_of_video
from lambdas.common.keys import capture_key
from lambdas.common.times import now
from lambdas.detection.capture import Capture, name_based_id, trusted_time
from lambdas.detection.message import ReceivedCapture
from lambdas.detection.store_capture import store_capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from edge_device.detector import Detector
    from homeward.submission.journal import Journal

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".mpg", ".mpeg", ".mts", ".ts", ".3gp"})


class Outcome(StrEnum):
    """What came of one file."""

    SUBMITTED = "submitted"
    SUBMITTED_BEFORE = "submitted before"
    UNUSABLE = "unusable"


@dataclass(kw_only=True)
class FileReport:
    """What came of one file; `sent` are the captures of this run, `known` counts those of runs before."""

    file: Path
    outcome: Outcome = Outcome.SUBMITTED
    reason: str | None = None
    sent: list[Capture] = field(default_factory=list)
    known: int = 0


@dataclass(kw_only=True)
class Submission:
    """One run for one camera; in a `dry_run` nothing is sent, and the reports say what would be.

    What the journal has is left out, unless it is to be sent `again`. `watch` is told how many seconds of a video have
    been looked at.
    """

    s3: S3Client
    bucket: str
    camera: str
    detector: Detector
    journal: Journal
    dry_run: bool = False
    again: bool = False
    starts_at: datetime | None = None
    per_second: float = 10.0
    watch: Callable[[float], None] = lambda _: None

    def submit(self, file: Path) -> FileReport:
        """Submit one file; one that cannot be used is reported, and raises nothing."""
        report = FileReport(file=file)
        try:
            self._submit(file, report)
        except UnusableFileError as error:
            report.outcome, report.reason = Outcome.UNUSABLE, str(error)
        except OSError as error:
            report.outcome, report.reason = Outcome.UNUSABLE, f"cannot be read: {error.strerror}"
        return report

    def _submit(self, file: Path, report: FileReport) -> None:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        whole = name_based_id("file", self.camera, digest)
        if self._was_submitted(whole):
            report.outcome = Outcome.SUBMITTED_BEFORE
            return
        for shot in self._shots(file):
            capture = self._capture(shot, digest)
            if self._was_submitted(capture.capture_id):
                report.known += 1
                continue
            self._send(capture, shot.jpeg)
            report.sent.append(capture)
        if not self.dry_run:
            self.journal.add(whole)

    def _shots(self, file: Path) -> Iterator[Shot]:
        if file.suffix.lower() not in VIDEOS:
            return shots_of_picture(file, self.detector)
        return shots_of_video(
            file, self.detector, starts_at=self.starts_at, per_second=self.per_second, watch=self.watch
        )

    def _capture(self, shot: Shot, digest: str) -> Capture:
        received_at = now()
        return Capture(
            capture_id=name_based_id("submitted", self.camera, digest, shot.place),
            camera=self.camera,
            captured_at=trusted_time(shot.captured_at, received_at=received_at, clock_synced=True),
            received_at=received_at,
            confidence=shot.confidence,
            track=f"{digest[:12]}-{shot.track}",
            shot=shot.shot,
        )

    def _was_submitted(self, submitted: str) -> bool:
        return not self.again and submitted in self.journal

    def _send(self, capture: Capture, jpeg: bytes) -> None:
        """Written down after it was sent: killed between the two, it is sent once more, as the same capture."""
        if not self.dry_run:
            store_capture(self.s3, bucket=self.bucket, received=ReceivedCapture(capture=capture, jpeg=jpeg), now=now())
            self.journal.add(capture.capture_id)


def new_detector() -> Detector:
    """The camera program's, seeing twice as much detail as in a camera, since nobody waits for the next frame."""
    return load_detector("yunet", width_px=1280, min_score=0.6)


def files_under(place: Path) -> tuple[list[Path], list[Path]]:
    """The pictures and videos of a folder and all below it, by name, and the other files; of a file just that."""
    if place.is_file():
        return [place], []
    files = sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))
    readable = PICTURES | VIDEOS
    usable = [path for path in files if path.suffix.lower() in readable]
    return usable, [path for path in files if path.suffix.lower() not in readable]


def key_of(capture: Capture) -> str:
    """Where it waits for its search."""
    return capture_key(capture.camera, capture.captured_at, capture.capture_id)
