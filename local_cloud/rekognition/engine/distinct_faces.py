"""The headshots for the demo's fictional cases and for tests. No two of them look alike to the engine.

npm `tabler-ui` (MIT) ships the headshots. Some show one person twice, or people who resemble each other. This module
leaves those out: otherwise the demo's strangers would match its cases.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from local_cloud.paths import FACE_MODELS, ROOT
from local_cloud.rekognition.engine.images import decode
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector, similarities
from local_cloud.rekognition.errors import SetUpError

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.face_engine import FaceEngine

HEADSHOTS = ROOT / "node_modules/tabler-ui/src/demo/faces"
_ALIKE = 50  # similarity


def distinct_faces(cache: Path = FACE_MODELS) -> list[Path]:
    """List headshots, in folders `female` and `male`, of which no two reach a similarity of 50.

    The first call takes about two seconds and caches the list for this model version and these images.

    Raises:
        SetUpError: `tabler-ui` is not installed.
    """
    images = sorted(HEADSHOTS.glob("*/*.jpg"))
    if not images:
        raise SetUpError("The headshots of tabler-ui are not installed. Run `make setup`.")
    names = "\n".join(f"{path.relative_to(HEADSHOTS)} {path.stat().st_size}" for path in images)
    cached = cache / f"distinct-faces-{FACE_MODEL_VERSION}-{hashlib.sha256(names.encode()).hexdigest()[:12]}.json"
    if not cached.exists():
        chosen = [str(path.relative_to(HEADSHOTS)) for path in _choose(images)]
        cache.mkdir(parents=True, exist_ok=True)
        temporary = cached.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(chosen, indent=1))
        temporary.replace(cached)
    return [HEADSHOTS / name for name in json.loads(cached.read_text())]


def _choose(images: list[Path]) -> list[Path]:
    # Slow to import, and needed only when the cache is empty.
    from local_cloud.rekognition.engine.face_engine import FaceEngine  # noqa: PLC0415

    engine = FaceEngine()
    vectors = {path: vector for path in images if (vector := _only_face(engine, path)) is not None}
    matrix = np.stack(list(vectors.values()))
    alike = np.stack([similarities(vector, matrix) for vector in vectors.values()]) >= _ALIKE
    return [path for path, keep in zip(vectors, without_pairs(alike), strict=True) if keep]


def without_pairs(alike: npt.NDArray[np.bool_]) -> list[bool]:
    """Decide which of n items to keep, so that no two alike are left.

    Drops the item with the most alike items (the last one on a tie) until no pair is left.

    Args:
        alike: (n, n), symmetric; the diagonal is ignored.
    """
    pairs = alike & ~np.eye(len(alike), dtype=bool)
    keep = np.ones(len(pairs), bool)
    while pairs.any():
        counts = pairs.sum(axis=0)
        worst = len(counts) - 1 - int(np.argmax(counts[::-1]))
        keep[worst] = False
        pairs[worst, :] = pairs[:, worst] = False
    return [bool(value) for value in keep]


def _only_face(engine: "FaceEngine", path: Path) -> Vector | None:
    """Compute the vector of the image's only face; None for no face, several faces, or one that IndexFaces refuses."""
    pixels = decode(path.read_bytes())
    faces = engine.detect(pixels)
    if len(faces) != 1 or reasons_against(faces[0], "AUTO"):
        return None
    return engine.embed(pixels, faces[0])
