"""The ground truth of a generated video, stored beside it as JSON for tests and benchmarks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class TrueFace:
    """A person's face in one frame: box (x, y, width, height in pixels) and visible fraction (0-1)."""

    person: int
    box: tuple[float, float, float, float]
    visible: float


@dataclass(frozen=True)
class GroundTruth:
    """All faces of a video. `people` are the stills' paths, `frames` the faces of each frame."""

    fps: float
    size: tuple[int, int]
    people: list[str]
    frames: list[list[TrueFace]]

    def save(self, path: Path) -> None:
        """Write the JSON file."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> GroundTruth:
        """Read the JSON file."""
        document = json.loads(path.read_text())
        frames = [
            [TrueFace(person=face["person"], box=tuple(face["box"]), visible=face["visible"]) for face in frame]
            for frame in document["frames"]
        ]
        return cls(document["fps"], tuple(document["size"]), document["people"], frames)
