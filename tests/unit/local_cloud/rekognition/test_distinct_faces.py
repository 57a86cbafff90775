from pathlib import Path

import numpy as np

from local_cloud.rekognition.engine.distinct_faces import distinct_faces, without_pairs
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.similarity import similarities
from tests.support.rekognition_client import pixels


def test_no_two_distinct_faces_are_alike(tmp_path: Path) -> None:
    faces = distinct_faces(tmp_path)
    assert len(faces) > 30
    assert {path.parent.name for path in faces} == {"female", "male"}
    engine = FaceEngine()
    pictures = [pixels(path) for path in faces]
    vectors = np.stack([engine.embed(picture, engine.detect(picture)[0]) for picture in pictures])
    alike = np.stack([similarities(vector, vectors) for vector in vectors])
    np.fill_diagonal(alike, 0)
    assert alike.max() < 50
    (kept,) = tmp_path.iterdir()
    stamp = kept.stat().st_mtime_ns
    assert distinct_faces(tmp_path) == faces
    assert kept.stat().st_mtime_ns == stamp


def test_the_item_with_most_pairs_is_dropped_first() -> None:
    star = np.eye(5, dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    assert without_pairs(star) == [False, True, True, True, True]


def test_items_without_pairs_are_all_kept() -> None:
    assert without_pairs(np.eye(3, dtype=bool)) == [True] * 3
