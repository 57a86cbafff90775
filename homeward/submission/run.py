"""Turn the faces of files into captures, and put them in the detection bucket. Idempotent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from edge_device.close_look import RECORDING_SCALE, TILE_PX, CloseLook
from edge_device.detector import load_detector
from homeward.submission.files import is_video
from homeward.submission.shots import IncompleteFileError, Shot, UnusableFileError, shots_of_picture, shots_of_video
from lambdas.common.times import now
from lambdas.common.trusted_time import time_taken
from lambdas.detection.capture import Capture, name_based_id
from lambdas.detection.message import ReceivedCapture
from lambdas.detection.store_capture import drop_capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from edge_device.detector import Detector
    from homeward.submission.journal import Journal


class FileOutcome(StrEnum):
    """The result of one file."""

    SUBMITTED = "submitted"
    SUBMITTED_BEFORE = "submitted before"
    INCOMPLETE = "incomplete"
    UNUSABLE = "unusable"


@dataclass(kw_only=True)
class FileReport:
    """The result of one file. `sent` are the captures of this run, `before` the ids of those of earlier runs."""

    file: Path
    outcome: FileOutcome = FileOutcome.SUBMITTED
    reason: str | None = None
    sent: list[Capture] = field(default_factory=list)
    before: list[str] = field(default_factory=list)

    @property
    def is_forgotten(self) -> bool:
        """Whether an earlier version submitted the file, and recorded none of its captures."""
        return self.outcome is FileOutcome.SUBMITTED_BEFORE and not self.before


@dataclass(kw_only=True)
class Submission:
    """One run for one camera.

    Attributes:
        s3: Client for the bucket.
        bucket: The detection bucket.
        camera: The camera that the captures name.
        detector: Finds the faces.
        journal: Records what is submitted. Recorded captures are skipped.
        dry_run: Whether to report without sending.
        again: Whether to send recorded captures again.
        starts_at: When the video begins.
        per_second: Frames of a video to search for faces each second.
        watch: Called with the number of seconds of a video that are done.
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
        """Submit one file. An unusable or incomplete file is reported instead of raised, and not recorded as done."""
        report = FileReport(file=file)
        try:
            self._submit(file, report)
        except IncompleteFileError as error:
            report.outcome, report.reason = FileOutcome.INCOMPLETE, str(error)
        except UnusableFileError as error:
            report.outcome, report.reason = FileOutcome.UNUSABLE, str(error)
        except OSError as error:
            report.outcome, report.reason = FileOutcome.UNUSABLE, f"cannot be read: {error.strerror}"
        return report

    def _submit(self, file: Path, report: FileReport) -> None:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        file_id = name_based_id("file", self.camera, digest)
        if self._is_recorded(file_id):
            report.outcome = FileOutcome.SUBMITTED_BEFORE
            report.before += self.journal.captures_of(file_id)
            return
        for shot in self._shots(file):
            capture = self._capture(shot, digest)
            if self._is_recorded(capture.capture_id):
                report.before.append(capture.capture_id)
                continue
            self._send(capture, shot.jpeg)
            report.sent.append(capture)
        if not self.dry_run:
            self.journal.add(file_id, *report.before, *(capture.capture_id for capture in report.sent))

    def _shots(self, file: Path) -> Iterator[Shot]:
        if not is_video(file):
            return shots_of_picture(file, CloseLook(self.detector, tile_px=TILE_PX))
        return shots_of_video(
            file,
            CloseLook(self.detector, tile_px=TILE_PX, scale=RECORDING_SCALE),
            starts_at=self.starts_at,
            per_second=self.per_second,
            watch=self.watch,
        )

    def _capture(self, shot: Shot, digest: str) -> Capture:
        received_at = now()
        taken = time_taken(shot.captured_at, arrived_at=received_at)
        return Capture(
            capture_id=name_based_id("submitted", self.camera, digest, shot.location),
            camera=self.camera,
            captured_at=taken.at,
            received_at=received_at,
            time_doubt=taken.doubt,
            confidence=shot.confidence,
            track=f"{digest[:12]}-{shot.track}",
            shot=shot.shot,
            final=shot.final,
            dwell_s=shot.dwell_s,
        )

    def _is_recorded(self, submitted_id: str) -> bool:
        return not self.again and submitted_id in self.journal

    def _send(self, capture: Capture, jpeg: bytes) -> None:
        """Store the capture, then record it. After a crash in between, the same capture is stored again."""
        if not self.dry_run:
            drop_capture(self.s3, bucket=self.bucket, received=ReceivedCapture(capture=capture, jpeg=jpeg), now=now())
            self.journal.add(capture.capture_id)


def new_detector() -> Detector:
    """Load the camera program's detector at twice its usual resolution: no next frame waits."""
    return load_detector("yunet", width_px=TILE_PX, min_score=0.6)
