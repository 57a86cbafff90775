"""Crops and aligns a face to a chip: the 150 px square that dlib's network was trained on."""

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""(height, width, 3), BGR, as OpenCV reads it."""
Points = npt.NDArray[np.float64]
"""(5, 2) in pixels: left eye, right eye, nose, left mouth corner, right mouth corner, as seen in the image."""

CHIP_PX = 150
# Positions of YuNet's five landmarks in dlib's chip: their means over faces aligned by dlib's own landmarks.
CHIP_LANDMARKS: Points = np.array([[45.9, 44.3], [102.6, 44.1], [73.1, 78.1], [49.6, 103.2], [98.9, 103.3]])
FACE_IN_CHIP = (slice(25, 140, 5), slice(15, 135, 5))
"""A grid of rows and columns of the chip that covers the face without hair and background."""
_MAX_FACE_PX = 160  # wider faces are shrunk first to avoid aliasing


def chips(image: Pixels, landmarks: Points, width: float, targets: list[Points]) -> list[Pixels]:
    """Crop a face, `width` px wide, once for each set of target positions of its landmarks in the chip."""
    scale = min(1, _MAX_FACE_PX / max(1, width))
    small = shrink(image, scale)
    transforms = [similarity_transform(landmarks * scale, target) for target in targets]
    return [np.asarray(cv2.warpAffine(small, matrix, (CHIP_PX, CHIP_PX)), np.uint8) for matrix in transforms]


def visible_fraction(landmarks: Points, *, width: int, height: int) -> float:
    """Estimate the fraction of the face that lies inside an image of this size, 0 to 1.

    The detector's box cannot tell: the detector sees only what is inside.
    """
    transform = similarity_transform(CHIP_LANDMARKS, landmarks)
    rows, columns = np.mgrid[FACE_IN_CHIP]
    grid = np.stack([columns.ravel(), rows.ravel()], axis=1) @ transform[:, :2].T + transform[:, 2]
    return float(((grid >= 0) & (grid < (width, height))).all(axis=1).mean())


def shrink(image: Pixels, scale: float) -> Pixels:
    """Shrink an image; scale 1 returns the image itself."""
    if scale == 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def similarity_transform(points: Points, targets: Points) -> Points:
    """Fit the 2 x 3 matrix that rotates, scales, and moves `points` to `targets` (least squares, no mirroring).

    In the complex plane, w = a z + b. The normal equations give a = sum(conj(z') w') / sum(|z'|^2) of the
    centered points: the planar case of S. Umeyama, "Least-squares estimation of transformation parameters between two
    point patterns", 1991.
    """
    z, w = points @ (1, 1j), targets @ (1, 1j)
    centered = z - z.mean()
    a = np.vdot(centered, w - w.mean()) / np.vdot(centered, centered)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
