"""Draws boxes around faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_device.core.face import Face
    from edge_device.core.geometry import Box

_GOOD, _TOO_SMALL = (90, 200, 90), (60, 160, 240)  # BGR: green, orange


def draw_faces(image: NDArray[np.uint8], faces: list[Face], *, min_px: float) -> None:
    """Draw each face's box and confidence, in place: green if the face is large enough for a capture, else orange."""
    for face in faces:
        draw_box(image, face.box, f"{face.confidence:.2f}", good=face.box.height >= min_px)


def draw_box(image: NDArray[np.uint8], box: Box, label: str, *, good: bool) -> None:
    """Draw a box with a label above it, in place."""
    color = _GOOD if good else _TOO_SMALL
    x, y, width, height = box.to_ints()
    cv2.rectangle(image, (x, y), (x + width, y + height), color, 2)
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.5
    (text_width, text_height), _ = cv2.getTextSize(label, font, scale, 1)
    top = max(0, y - text_height - 8)
    cv2.rectangle(image, (x, top), (x + text_width + 8, top + text_height + 8), color, -1)
    cv2.putText(image, label, (x + 4, top + text_height + 3), font, scale, (20, 20, 20), 1, cv2.LINE_AA)
