import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from local_cloud.paths import ROOT
from local_cloud.rekognition.engine import model_files
from local_cloud.rekognition.engine.model_files import detector_file, embedding_file
from local_cloud.rekognition.errors import SetUpError


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new build of the embedding model."""
    return embedding_file(tmp_path_factory.mktemp("models"))


def test_the_embedding_accepts_any_number_of_chips(built: Path) -> None:
    session = onnxruntime.InferenceSession(built, providers=["CPUExecutionProvider"])
    chips = np.random.default_rng(3).uniform(0, 255, (3, 3, 150, 150)).astype(np.float32)
    (together,) = session.run(None, {"image": chips})
    assert together.shape == (3, 128)
    for chip, vector in zip(chips, together, strict=True):
        (alone,) = session.run(None, {"image": chip[None]})
        assert alone[0] == pytest.approx(vector, abs=1e-4)


def test_the_model_is_built_once_without_leftovers(built: Path) -> None:
    stamp = built.stat().st_mtime_ns
    assert embedding_file(built.parent) == built
    assert built.stat().st_mtime_ns == stamp
    assert list(built.parent.iterdir()) == [built]


def test_a_failed_build_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        embedding_file(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_version_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_an_idle_server_loads_no_models_or_image_libraries() -> None:
    program = "import sys, local_cloud.rekognition.server; print({'cv2', 'onnxruntime', 'PIL'} & {*sys.modules})"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT)
    assert loaded.stdout == "set()\n"
