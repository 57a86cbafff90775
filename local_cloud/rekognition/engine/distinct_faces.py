"""The headshots that the demo's fictional cases and the tests may use: no two of them look alike to the engine.

They come inside npm `tabler-ui` (MIT). Several show one person twice or people who resemble each other, and a demo
whose strangers match its cases shows nothing.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from local_cloud.rekognition.engine.model_files import CHECKOUT
from local_cloud.rekognition.engine.pictures import decode
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector, similarities
from local_cloud.rekognition.errors import SetUpError

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import FaceEngine

HEADSHOTS = CHECKOUT / "node_modules/tabler-ui/src/demo/faces"
_ALIKE = 50


def distinct_faces(cache: Path = CHECKOUT / ".local/models") -> list[Path]:
    """Paths of the headshots in the folders `female` and `male`, of which no two reach a similarity of 50.

    The answer is computed once (about two seconds) and kept, for this model version and these pictures.

    Raises:
        SetUpError: tabler-ui is not installed.
    """
    pictures = sorted(HEADSHOTS.glob("*/*.jpg"))
    if not pictures:
        raise SetUpError("The headshots of tabler-ui are not installed. Run `make setup`.")
    names = "\n".join(f"{path.relative_to(HEADSHOTS)} {path.stat().st_size}" for path in pictures)
    kept = cache / f"distinct-faces-{FACE_MODEL_VERSION}-{hashlib.sha256(names.encode()).hexdigest()[:12]}.json"
    if not kept.exists():
        chosen = [str(path.relative_to(HEADSHOTS)) for path in _choose(pictures)]
        cache.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(chosen, indent=1))
        temporary.replace(kept)
    return [HEADSHOTS / name for name in json.loads(kept.read_text())]


def _choose(pictures: list[Path]) -> list[Path]:
    # Needed only this once, and slow to import.
    from local_cloud.rekognition.engine.engine import FaceEngine  # noqa: PLC0415

    engine = FaceEngine()
    vectors = {path: vector for path in pictures if (vector := _only_face(engine, path)) is not None}
    matrix = np.stack(list(vectors.values()))
    alike = np.stack([similarities(vector, matrix) for vector in vectors.values()]) >= _ALIKE
    return [path for path, keep in zip(vectors, without_pairs(alike), strict=True) if keep]


def without_pairs(alike: npt.NDArray[np.bool_]) -> list[bool]:
    """Which of n things to keep so that no two that are alike are left.

    Drops the one with most likenesses, the last of several, until there is none.

    Args:
        alike: (n, n), symmetrical; the diagonal does not count.
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
    """The vector of the picture's face; None if it has none, or several, or one that IndexFaces would refuse."""
    picture = decode(path.read_bytes())
    faces = engine.detect(picture)
    if len(faces) != 1 or reasons_against(faces[0], "AUTO"):
        return None
    return engine.embed(picture, faces[0])
