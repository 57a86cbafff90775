"""Detects faces with YuNet and computes their vectors with dlib's ResNet, after alignment by five landmarks."""

import threading
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from local_cloud.rekognition.engine.alignment import (
    CHIP_LANDMARKS,
    CHIP_PX,
    Pixels,
    Points,
    chips,
    shrink,
    visible_fraction,
)
from local_cloud.rekognition.engine.model_files import detector_file, embedding_file
from local_cloud.rekognition.engine.quality import Pose, brightness, pose, sharpness
from local_cloud.rekognition.engine.similarity import Vector, unit

# A vector is the mean over four views of the face, which is more stable than one view: scale, shift in px, mirrored.
_VIEWS = ((1.0, 0, False), (1.0, 0, True), (0.95, 2, False), (1.05, -2, True))
_VIEW_LANDMARKS = [(CHIP_LANDMARKS - CHIP_PX / 2) * scale + CHIP_PX / 2 + shift for scale, shift, _ in _VIEWS]
_DETECTION_PX = 1280  # longer side of the image that YuNet gets
_OVERVIEW_PX = 320  # longer side in a second pass, for faces too large for the first
_LARGE_FACE_PX = 300  # in the first pass
_MIN_SCORE = 0.6
_NMS_THRESHOLD = 0.3  # overlap above which two boxes are one face
_MIN_FACE_PX = 20  # YuNet is unreliable below

cv2.setNumThreads(1)  # leaves cores to the emulator and the camera program


@dataclass(frozen=True)
class Box:
    """A box in pixels. It may extend beyond the image."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Face:
    """A detected face."""

    box: Box
    landmarks: Points
    score: float
    """The detector's confidence, 0 to 1."""
    visible: float
    """Fraction of the face inside the image, 0 to 1."""
    brightness: float
    """0 to 100, as `sharpness`."""
    sharpness: float
    pose: Pose


class FaceEngine:
    """Both models, loaded on first use. Thread-safe: a lock serializes model calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def detect(self, image: Pixels) -> list[Face]:
        """Detect the faces of an image, largest first.

        Rekognition documents a minimum face of 40 px in an image of 1920 x 1080 px. The minimum here is the same
        fraction of the longer side.
        """
        longer_side = max(image.shape)
        minimum = max(_MIN_FACE_PX, longer_side * 40 / 1920)
        scale = min(1, _DETECTION_PX / longer_side)
        rows = list(self._detect_at(image, scale))
        if longer_side > _OVERVIEW_PX:
            overview = self._detect_at(image, _OVERVIEW_PX / longer_side)
            large = overview[overview[:, 2] * scale > _LARGE_FACE_PX]
            rows = [*large, *(row for row in rows if not _center_in_any(row, large))]
        faces = [_face(image, row) for row in rows if max(row[2:4]) >= minimum]
        return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)

    def embed(self, image: Pixels, face: Face) -> Vector:
        """Compute the face's vector, for `similarities`."""
        views = [
            chip[:, ::-1] if mirrored else chip
            for chip, (_, _, mirrored) in zip(
                chips(image, face.landmarks, face.box.width, _VIEW_LANDMARKS), _VIEWS, strict=True
            )
        ]
        rgb_planes = np.stack(views)[..., ::-1].transpose(0, 3, 1, 2)
        with self._lock:
            (vectors,) = self._network.run(None, {"image": rgb_planes.astype(np.float32)})
        return unit(vectors.mean(axis=0))

    def _detect_at(self, image: Pixels, scale: float) -> npt.NDArray[np.float32]:
        """Run YuNet on the shrunk image. Rows: left, top, width, height, landmarks (full image's pixels), score."""
        small = shrink(image, scale)
        with self._lock:
            self._detector.setInputSize((small.shape[1], small.shape[0]))
            found = self._detector.detect(small)[1]
        rows = np.zeros((0, 15), np.float32) if found is None else np.asarray(found, np.float32)
        rows[:, :14] /= scale
        return rows

    @cached_property
    def _detector(self) -> cv2.FaceDetectorYN:
        return cv2.FaceDetectorYN.create(str(detector_file()), "", (320, 320), _MIN_SCORE, _NMS_THRESHOLD, 5000)

    @cached_property
    def _network(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(embedding_file(), options, providers=["CPUExecutionProvider"])


def _face(image: Pixels, row: npt.NDArray[np.float32]) -> Face:
    box = Box(*row[:4].tolist())
    landmarks = row[4:14].reshape(5, 2).astype(np.float64)
    (chip,) = chips(image, landmarks, box.width, [CHIP_LANDMARKS])
    return Face(
        box=box,
        landmarks=landmarks,
        score=float(row[14]),
        visible=visible_fraction(landmarks, width=image.shape[1], height=image.shape[0]),
        brightness=brightness(chip),
        sharpness=sharpness(chip),
        pose=pose(landmarks, CHIP_LANDMARKS),
    )


def _center_in_any(row: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> bool:
    """Tell whether the center of the row's box lies in one of the boxes."""
    corner, size = boxes[:, :2], boxes[:, 2:4]
    center = row[:2] + row[2:4] / 2
    return bool(((center >= corner) & (center <= corner + size)).all(axis=1).any())
