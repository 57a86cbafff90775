"""Vectors of faces and of users, and the similarity between them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""128 numbers of unit length; a matrix of them has the shape (n, 128)."""

FACE_MODEL_VERSION = "128.1"
"""Of the vectors: dlib's 128 numbers, first revision of alignment and views. Vectors of two versions never compare.

Digits and dots only, as Rekognition's service model wants; its own versions are single digits, such as 7.0.
"""

# A logistic curve fitted to distances in public test sets, checked on other people: docs/local-face-engine.md.
_STEEPNESS = 45.19
_MIDPOINT = 0.3992


def unit(vector: npt.NDArray[np.floating]) -> Vector:
    """The vector divided by its length."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def user_vectors(faces: Vector, firsts: Sequence[int]) -> Vector:
    """The vectors of users: each the mean of its faces' vectors, at unit length.

    Args:
        faces: (n, 128), the faces of a user one after another.
        firsts: the index of each user's first face.
    """
    sums = np.add.reduceat(faces, firsts, axis=0)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def similarities(probe: Vector, gallery: Vector) -> npt.NDArray[np.float64]:
    """How alike the probe is to each row of the gallery, 0 to 100.

    similarity = 100 / (1 + exp(45.19 (d - 0.3992))), with d the Euclidean distance of the unit vectors, which is
    sqrt(2 - 2 cos).
    """
    cosine = np.asarray(gallery @ probe, np.float64)
    distance = np.sqrt(np.maximum(2 - 2 * cosine, 0))
    return np.asarray(100 / (1 + np.exp(_STEEPNESS * (distance - _MIDPOINT))), np.float64)
