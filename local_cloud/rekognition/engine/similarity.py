"""Face vectors and the similarity between them."""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""128 numbers of unit length, or a matrix of such vectors: (n, 128)."""

FACE_MODEL_VERSION = "128.1"
"""Version of the vectors: dlib's 128 numbers, first revision of alignment and views.

Vectors of two versions cannot be compared. Rekognition's service model allows only digits and dots.
"""

# Logistic curve, fitted to public test sets and verified on other people: docs/developer/local-face-engine.md.
_STEEPNESS = 45.19
_MIDPOINT = 0.3992


def unit(vector: npt.NDArray[np.floating]) -> Vector:
    """Divide a vector by its length."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def similarities(probe: Vector, gallery: Vector) -> npt.NDArray[np.float64]:
    """Compute the similarity of the probe to each row of the gallery, 0 to 100.

    similarity = 100 / (1 + exp(45.19 (d - 0.3992))), where d is the Euclidean distance of the unit vectors:
    sqrt(2 - 2 cos).
    """
    cosine = np.asarray(gallery @ probe, np.float64)
    distance = np.sqrt(np.maximum(2 - 2 * cosine, 0))
    return np.asarray(100 / (1 + np.exp(_STEEPNESS * (distance - _MIDPOINT))), np.float64)
