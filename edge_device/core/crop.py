"""Crops head and shoulders from a frame, blurs the faces of bystanders, and limits the size of the JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from edge_device.core.face import pixels
from edge_device.core.geometry import Box
from edge_device.core.message import MAX_JPEG_BYTES, Crop

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_device.core.face import Frame

_OTHERS_MARGIN = 0.25  # of the box, because hair and ears identify a person, too
_MOSAIC_CELLS = 5  # per side: a face of 5 x 5 cells is unrecognizable


@dataclass(frozen=True, eq=False)
class Cutout:
    """The pixels of head and shoulders (BGR), and the face's box in them."""

    image: NDArray[np.uint8]
    face: Box


def cut_out(frame: Frame, face: Box, *, others: list[Box], margin: float = 0.6) -> Cutout:
    """Cut out the face with `margin` times its size on each side, and blur the `others`. The frame stays as it is."""
    width, height = frame.size
    region = face.grown(margin).intersection(Box(0, 0, width, height))
    left, top = round(region.x), round(region.y)
    image = pixels(frame.image, region).copy()
    inside = face.moved(-left, -top)
    own = pixels(image, inside).copy()
    blurred = [other.moved(-left, -top).grown(_OTHERS_MARGIN) for other in others]
    for other in blurred:
        _blur(image, other)
    if blurred:
        # The blur of a close bystander may cover this face: restore it.
        pixels(image, inside)[:] = own
    return Cutout(image=image, face=inside)


def _blur(image: NDArray[np.uint8], box: Box) -> None:
    region = pixels(image, box)
    if region.size:
        height, width = region.shape[:2]
        mosaic = cv2.resize(region, (_MOSAIC_CELLS, _MOSAIC_CELLS), interpolation=cv2.INTER_AREA)
        region[:] = cv2.resize(mosaic, (width, height), interpolation=cv2.INTER_LINEAR)


def encode_crop(cutout: Cutout, *, max_px: int = 480, jpeg_quality: int = 88) -> Crop:
    """Encode the cutout as JPEG, with at most `max_px` on its larger side and at most `MAX_JPEG_BYTES`."""
    height, width = cutout.image.shape[:2]
    factor = min(1.0, max_px / max(height, width))
    while True:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        image = cutout.image if factor == 1 else cv2.resize(cutout.image, size, interpolation=cv2.INTER_AREA)
        for quality in range(jpeg_quality, 49, -10):
            jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(jpeg) <= MAX_JPEG_BYTES:
                return Crop(jpeg=jpeg, width_px=size[0], height_px=size[1], face=cutout.face.scaled(factor))
        factor *= 0.75
