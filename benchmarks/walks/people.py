"""Every face of the set-up: headshots of tabler-ui, and faces of the group photos that face-api ships."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import cv2
import numpy as np

from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import HEADSHOTS
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import similarities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from local_cloud.rekognition.engine.face_engine import Face
    from local_cloud.rekognition.engine.similarity import Vector

GROUPS = ROOT / "node_modules/@vladmandic/face-api/demo"
# Two pictures of at least this similarity may show one person, so only one of them is used.
_MAYBE_ONE_PERSON = 95.0
_TUNING_OF_FIVE = 2  # of five people, those whose samples may choose the defaults
_MARGIN = 0.9  # of the face, around a face of a group photo


@dataclass(frozen=True)
class Portrait:
    """The only picture that there is of a person, written to `path`."""

    name: str
    path: Path


def is_for_tuning(name: str) -> bool:
    """Tell whether defaults may be chosen on this person. All others only measure what was chosen."""
    return int.from_bytes(sha256(name.encode()).digest()) % 5 < _TUNING_OF_FIVE


def portraits(folder: Path) -> list[Portrait]:
    """Write the portraits of different people to the folder, the same ones each time."""
    engine, kept, vectors = FaceEngine(), [], list[np.ndarray]()
    for name, picture, vector in _faces(engine):
        if vectors and similarities(vector, np.stack(vectors)).max() >= _MAYBE_ONE_PERSON:
            continue
        path = folder / f"{name}.png"
        cv2.imwrite(str(path), picture)
        kept.append(Portrait(name, path))
        vectors.append(vector)
    return kept


def _faces(engine: FaceEngine) -> Iterator[tuple[str, NDArray[np.uint8], Vector]]:
    for path in [*sorted(HEADSHOTS.glob("*/*.jpg")), *sorted(GROUPS.glob("sample*.jpg"))]:
        picture = np.asarray(cv2.imread(str(path)), np.uint8)
        found = engine.detect(picture)
        for number, face in enumerate(found):
            if not reasons_against(face, "AUTO") and abs(face.pose.yaw) < 40:
                portrait = picture if len(found) == 1 else _cut(picture, face)
                yield f"{path.parent.name}-{path.stem}-{number}", portrait, engine.embed(picture, face)


def _cut(picture: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    box, (height, width) = face.box, picture.shape[:2]
    left, top = max(0, box.left - _MARGIN * box.width), max(0, box.top - _MARGIN * box.height)
    right, bottom = box.left + (1 + _MARGIN) * box.width, box.top + (1 + _MARGIN) * box.height
    return picture[int(top) : int(min(height, bottom)), int(left) : int(min(width, right))]
