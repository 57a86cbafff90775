import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from local_cloud.paths import ROOT
from local_cloud.rekognition.engine import model_files
from local_cloud.rekognition.engine.distinct_faces import distinct_faces, without_pairs
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.model_files import detector_file, embedding_file
from local_cloud.rekognition.engine.similarity import similarities
from local_cloud.rekognition.errors import SetUpError
from tests.support.rekognition_client import pixels


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedding built afresh."""
    return embedding_file(tmp_path_factory.mktemp("models"))


def test_the_embedding_takes_any_number_of_chips(built: Path) -> None:
    session = onnxruntime.InferenceSession(built, providers=["CPUExecutionProvider"])
    chips = np.random.default_rng(3).uniform(0, 255, (3, 3, 150, 150)).astype(np.float32)
    (together,) = session.run(None, {"image": chips})
    assert together.shape == (3, 128)
    for chip, vector in zip(chips, together, strict=True):
        (alone,) = session.run(None, {"image": chip[None]})
        assert alone[0] == pytest.approx(vector, abs=1e-4)


def test_it_is_built_once_and_nothing_else_is_left(built: Path) -> None:
    stamp = built.stat().st_mtime_ns
    assert embedding_file(built.parent) == built
    assert built.stat().st_mtime_ns == stamp
    assert list(built.parent.iterdir()) == [built]


def test_a_build_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        embedding_file(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("face_recognition_model.bin", "face_recognition_model-weights_manifest.json"):
        (tmp_path / name).write_bytes((model_files._DLIB_DIRECTORY / name).read_bytes())
    with (tmp_path / "face_recognition_model.bin").open("r+b") as weights:
        weights.write(b"\x00")
    monkeypatch.setattr(model_files, "_DLIB_DIRECTORY", tmp_path)
    with pytest.raises(SetUpError, match=r"face_recognition_model\.bin is not the pinned version"):
        embedding_file(tmp_path / "models")


def test_a_missing_package_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "_DLIB_DIRECTORY", tmp_path)
    with pytest.raises(SetUpError, match="make setup"):
        embedding_file(tmp_path / "models")


def test_the_detector_comes_from_the_installed_package() -> None:
    assert detector_file().name == "face_detection_yunet_2023mar.onnx"


def test_an_idle_server_loads_neither_models_nor_image_libraries() -> None:
    program = "import sys, local_cloud.rekognition.server; print({'cv2', 'onnxruntime', 'PIL'} & {*sys.modules})"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT)
    assert loaded.stdout == "set()\n"


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


def test_the_thing_with_most_likenesses_goes_first() -> None:
    star = np.eye(5, dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    assert without_pairs(star) == [False, True, True, True, True]


def test_things_unlike_each_other_all_stay() -> None:
    assert without_pairs(np.eye(3, dtype=bool)) == [True] * 3
