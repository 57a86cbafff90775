"""Film and embed every picture of the benchmark once: the photos of each person, and the shots of each walk."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.walks.another_day import another_day
from benchmarks.walks.filming import Condition, conditions, film, shots_of
from edge_device.core.best_shot import ShotRules
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.video.head import cut_out_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.walks.people import Portrait
    from local_cloud.rekognition.engine.similarity import Vector

PHOTOS = 4


@dataclass(frozen=True)
class Seen:
    """A shot that the camera sent `at_s` seconds after the walk began. None: the engine finds no face in it."""

    at_s: float
    vector: Vector | None


@dataclass(frozen=True)
class Passage:
    """One walk of a person past a camera."""

    condition: Condition
    shots: tuple[Seen, ...]


@dataclass(frozen=True)
class Person:
    """A person's photos and passages, as vectors."""

    name: str
    photos: tuple[Vector, ...]
    passages: tuple[Passage, ...]


def sample(portraits: Sequence[Portrait], *, passages: int, seed: int) -> list[Person]:
    """Make all samples, with both cores. Half of the passages are clear, the others degraded in turn."""
    jobs = [(portrait, passages, seed + number) for number, portrait in enumerate(portraits)]
    with ProcessPoolExecutor(2) as pool:
        return [person for person in pool.map(_person, jobs) if person]


@cache
def _engine() -> FaceEngine:
    return FaceEngine()


def _person(job: tuple[Portrait, int, int]) -> Person | None:
    """Return None if the head cannot be cut out, or no photo can be enrolled."""
    portrait, passages, seed = job
    random = np.random.default_rng(seed)
    degraded = [condition for condition in Condition if condition is not Condition.CLEAR]
    try:
        photos = tuple(photo for _ in range(PHOTOS) if (photo := _photo(portrait, random)) is not None)
    except ValueError:
        return None
    walked = []
    for number in range(passages):
        condition = Condition.CLEAR if number % 2 else degraded[(seed + number // 2) % len(degraded)]
        shots = shots_of(film(conditions(portrait.path, condition, random), random), ShotRules())
        walked.append(Passage(condition, tuple(Seen(shot.at_s, _vector(_decoded(shot.jpeg))) for shot in shots)))
    return Person(portrait.name, photos, tuple(walked)) if photos else None


def _photo(portrait: Portrait, random: np.random.Generator) -> Vector | None:
    """Make a photo of the person on another day, as a family has it, and enroll it if IndexFaces would."""
    head = cut_out_head(portrait.path)
    picture = another_day(head.color.astype(np.uint8), head.face[3], random)
    scale = random.uniform(0.5, 1.2)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), random.uniform(0.3, 1.2))
    jpeg = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(50, 92))])[1].tobytes()
    pixels = _decoded(jpeg)
    faces = _engine().detect(pixels)
    if not faces or reasons_against(faces[0], "AUTO"):
        return None
    return _engine().embed(pixels, faces[0])


def _vector(pixels: NDArray[np.uint8]) -> Vector | None:
    faces = _engine().detect(pixels)
    return _engine().embed(pixels, faces[0]) if faces else None


def _decoded(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
