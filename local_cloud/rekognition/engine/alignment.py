"""Cuts a face out as the 150 px chip that dlib's network was trained on."""

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""(height, width, 3), BGR as OpenCV reads it."""
Points = npt.NDArray[np.float64]
"""(5, 2) pixels: the eye at the picture's left, the other eye, nose, mouth corner at the left, the other corner."""

CHIP_PX = 150
# Where YuNet's five points fall in dlib's chip: their mean over faces that dlib's own five points had aligned.
CHIP_POINTS: Points = np.array([[45.9, 44.3], [102.6, 44.1], [73.1, 78.1], [49.6, 103.2], [98.9, 103.3]])
FACE_IN_CHIP = (slice(25, 140, 5), slice(15, 135, 5))
"""A grid of rows and columns of the chip over the face itself, without hair and background."""
_LARGEST_FACE_PX = 160  # a wider one is shrunk first, or the chip would alias


def chips(picture: Picture, points: Points, width: float, targets: list[Points]) -> list[Picture]:
    """The face, `width` px wide, once for each set of places in the chip to which its points are moved."""
    scale = min(1, _LARGEST_FACE_PX / max(1, width))
    small = resized(picture, scale)
    transforms = [similarity_transform(points * scale, places) for places in targets]
    return [np.asarray(cv2.warpAffine(small, matrix, (CHIP_PX, CHIP_PX)), np.uint8) for matrix in transforms]


def visible(points: Points, *, width: int, height: int) -> float:
    """The part of the face inside a picture of that size, 0 to 1; the detector's box would end at the edge."""
    transform = similarity_transform(CHIP_POINTS, points)
    rows, columns = np.mgrid[FACE_IN_CHIP]
    places = np.stack([columns.ravel(), rows.ravel()], axis=1) @ transform[:, :2].T + transform[:, 2]
    return float(((places >= 0) & (places < (width, height))).all(axis=1).mean())


def resized(picture: Picture, scale: float) -> Picture:
    """The picture made smaller; at scale 1 itself."""
    if scale == 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def similarity_transform(points: Points, targets: Points) -> Points:
    """The 2 x 3 matrix that turns, scales and moves `points` closest to `targets` (least squares, no mirroring).

    In the complex plane that is w = a z + b, and the normal equations give a = sum(conj(z') w') / sum(|z'|^2) of the
    centred points: the planar case of S. Umeyama, "Least-squares estimation of transformation parameters between two
    point patterns", 1991.
    """
    z, w = points @ (1, 1j), targets @ (1, 1j)
    centred = z - z.mean()
    a = np.vdot(centred, w - w.mean()) / np.vdot(centred, centred)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
