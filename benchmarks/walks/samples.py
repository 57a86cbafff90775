"""Film and embed every picture of the benchmark once: the photos of each person, and the shots of each walk.

The embeddings are cached in build/bench, so that rules can be compared without the engine.
"""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.support.figures import OUT
from benchmarks.walks.another_day import another_day
from benchmarks.walks.filming import Condition, Shot, conditions, film, shots_of
from benchmarks.walks.people import portraits
from edge_device.core.best_shot import ShotRules
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.video.head import cut_out_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.walks.people import Portrait
    from edge_device.core.best_shot import ShotCandidate
    from local_cloud.rekognition.engine.similarity import Vector

PHOTOS = 4
# The rules for shots that are compared: the camera program's, and others.
SHOT_RULES = (
    ShotRules(),
    *(ShotRules(clearly_better=clearly) for clearly in (1.15, 1.2, 1.3)),
    *(ShotRules(good_score=good, clearly_better=clearly) for good in (0.8, 0.85) for clearly in (1.15, 1.25)),
    ShotRules(better=1.0),
)
# What the samples are made with: a change there makes the cache stale.
_MADE_WITH = (
    *(f"benchmarks/walks/{name}.py" for name in ("another_day", "filming", "people", "samples")),
    *(f"edge_device/{name}.py" for name in ("detector", "core/best_shot", "core/crop", "core/quality")),
    *(f"local_cloud/{room}/**/*.py" for room in ("rekognition/engine", "video")),
)


@dataclass(frozen=True)
class Passage:
    """One walk of a person past a camera: the shots that the camera would send by each of some rules.

    The picture of a shot is an embedding, or None if the engine finds no face in it.
    """

    condition: Condition
    shots: dict[ShotRules, tuple[Shot[Vector | None], ...]]


@dataclass(frozen=True)
class Person:
    """A person's photos and passages, as vectors."""

    name: str
    photos: tuple[Vector, ...]
    passages: tuple[Passage, ...]


def samples(*, passages: int, seed: int) -> list[Person]:
    """Return the samples of all people, from the cache if nothing that they are made with has changed."""
    cache_file = OUT / f"people-{passages}-{seed}-{_fingerprint()}.pickle"
    if cache_file.exists():
        return list(pickle.loads(cache_file.read_bytes()))  # noqa: S301 - this module wrote it
    with TemporaryDirectory() as folder:
        people = _sample(portraits(Path(folder)), passages=passages, seed=seed)
    cache_file.parent.mkdir(parents=True, exist_ok=True)
    cache_file.write_bytes(pickle.dumps(people))
    return people


def _fingerprint() -> str:
    """Return a digest of the source that makes the samples."""
    digest = sha256((ROOT / "package-lock.json").read_bytes())
    for path in sorted(path for pattern in _MADE_WITH for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _sample(portraits: Sequence[Portrait], *, passages: int, seed: int) -> list[Person]:
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
        walked.append(_passage(film(conditions(portrait.path, condition, random), random), condition))
    return Person(portrait.name, photos, tuple(walked)) if photos else None


def _passage(filmed: Sequence[ShotCandidate[bytes]], condition: Condition) -> Passage:
    """Take the shots by all rules, and embed each picture once."""
    embed = cache(lambda jpeg: _vector(_decoded(jpeg)))
    shots = {
        rules: tuple(Shot(shot.at_s, embed(shot.picture)) for shot in shots_of(filmed, rules)) for rules in SHOT_RULES
    }
    return Passage(condition, shots)


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
