"""Finds faces in a picture and turns each into a vector: YuNet, an alignment by five points, dlib's ResNet."""

import threading
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from local_cloud.rekognition.engine.alignment import CHIP_POINTS, CHIP_PX, Picture, Points, chips, resized, visible
from local_cloud.rekognition.engine.model_files import detector_file, embedding_file
from local_cloud.rekognition.engine.quality import Pose, brightness, pose, sharpness
from local_cloud.rekognition.engine.similarity import Vector, unit

# The vector is the mean over four views of the face, which is steadier than one: scale, shift in px, mirrored.
_VIEWS = ((1.0, 0, False), (1.0, 0, True), (0.95, 2, False), (1.05, -2, True))
_VIEW_POINTS = [(CHIP_POINTS - CHIP_PX / 2) * scale + CHIP_PX / 2 + shift for scale, shift, _ in _VIEWS]
_DETECTION_PX = 1280  # the picture's longer side, for YuNet
_OVERVIEW_PX = 320  # and a second time, for faces too large to be seen well at the first size
_LARGE_FACE_PX = 300  # at the first size
_MINIMUM_SCORE = 0.6
_OVERLAP = 0.3  # of two boxes of one face
_SMALLEST_FACE_PX = 20  # under this YuNet guesses

cv2.setNumThreads(1)  # two cores are shared with the emulator and the camera program


@dataclass(frozen=True)
class Box:
    """Pixels; it may reach beyond the picture's edge."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Face:
    """A face in a picture."""

    box: Box
    points: Points
    score: float
    """The detector's confidence, 0 to 1."""
    visible: float
    """The part of the face that lies inside the picture, 0 to 1."""
    brightness: float
    sharpness: float
    pose: Pose


class FaceEngine:
    """The two models. They load on first use; calls from several threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def detect(self, picture: Picture) -> list[Face]:
        """The faces of the picture, largest first.

        Rekognition promises to find a face of 40 px in a picture of 1920 x 1080 px, and nothing smaller; the same
        part of a picture of any size is the minimum here.
        """
        longer_side = max(picture.shape)
        minimum = max(_SMALLEST_FACE_PX, longer_side * 40 / 1920)
        scale = min(1, _DETECTION_PX / longer_side)
        rows = list(self._detect_at(picture, scale))
        if longer_side > _OVERVIEW_PX:
            overview = self._detect_at(picture, _OVERVIEW_PX / longer_side)
            large = overview[overview[:, 2] * scale > _LARGE_FACE_PX]
            rows = [*large, *(row for row in rows if not _within(row, large))]
        faces = [_face(picture, row) for row in rows if max(row[2:4]) >= minimum]
        return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)

    def embed(self, picture: Picture, face: Face) -> Vector:
        """The face's vector, for `similarities`."""
        views = [
            chip[:, ::-1] if mirrored else chip
            for chip, (_, _, mirrored) in zip(
                chips(picture, face.points, face.box.width, _VIEW_POINTS), _VIEWS, strict=True
            )
        ]
        rgb_planes = np.stack(views)[..., ::-1].transpose(0, 3, 1, 2)
        with self._turn:
            (vectors,) = self._network.run(None, {"image": rgb_planes.astype(np.float32)})
        return unit(vectors.mean(axis=0))

    def _detect_at(self, picture: Picture, scale: float) -> npt.NDArray[np.float32]:
        """YuNet's rows in the whole picture's pixels: left, top, width, height, five points, score."""
        small = resized(picture, scale)
        with self._turn:
            self._detector.setInputSize((small.shape[1], small.shape[0]))
            found = self._detector.detect(small)[1]
        rows = np.zeros((0, 15), np.float32) if found is None else np.asarray(found, np.float32)
        rows[:, :14] /= scale
        return rows

    @cached_property
    def _detector(self) -> cv2.FaceDetectorYN:
        return cv2.FaceDetectorYN.create(str(detector_file()), "", (320, 320), _MINIMUM_SCORE, _OVERLAP, 5000)

    @cached_property
    def _network(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(embedding_file(), options, providers=["CPUExecutionProvider"])


def _face(picture: Picture, row: npt.NDArray[np.float32]) -> Face:
    box = Box(*row[:4].tolist())
    points = row[4:14].reshape(5, 2).astype(np.float64)
    (chip,) = chips(picture, points, box.width, [CHIP_POINTS])
    return Face(
        box=box,
        points=points,
        score=float(row[14]),
        visible=visible(points, width=picture.shape[1], height=picture.shape[0]),
        brightness=brightness(chip),
        sharpness=sharpness(chip),
        pose=pose(points, CHIP_POINTS),
    )


def _within(row: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> bool:
    """Whether the centre of the row's box lies in one of the boxes."""
    corner, size = boxes[:, :2], boxes[:, 2:4]
    centre = row[:2] + row[2:4] / 2
    return bool(((centre >= corner) & (centre <= corner + size)).all(axis=1).any())
