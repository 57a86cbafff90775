"""The enrolled people, and the similarity of pictures to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.similarity import similarities

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class EnrolledPeople:
    """The enrolled people. A search takes the largest face of a picture, as Rekognition does."""

    def __init__(self, stills: list[Path]) -> None:
        self._engine = FaceEngine()
        self._vectors = np.stack([self._vector(np.asarray(cv2.imread(str(still)))) for still in stills])

    def best_of(self, pictures: list[bytes]) -> list[float]:
        """The best similarity of any of the pictures, for each enrolled person."""
        best = np.zeros(len(self._vectors))
        for jpeg in pictures:
            vector = self._vector(np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)))
            if vector is not None:
                best = np.maximum(best, similarities(vector, self._vectors))
        return [round(float(similarity), 1) for similarity in best]

    def _vector(self, picture: NDArray[Any]) -> Any:
        faces = self._engine.detect(picture.astype(np.uint8))
        return self._engine.embed(picture.astype(np.uint8), faces[0]) if faces else None
