"""Take one picture with the faces marked, to aim the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from edge_device.cameras import CameraError
from edge_device.drawing import draw_faces
from edge_device.private_file import write_private
from edge_device.wiring import build_camera, build_detector, zones

if TYPE_CHECKING:
    from pathlib import Path

    from edge_device.settings import Settings

ENDINGS = {".jpg", ".jpeg", ".png"}
_TIMEOUT_S = 20.0


def save_aiming_picture(settings: Settings, out: Path) -> str:
    """Write the picture, and return what it shows in one line.

    Raises:
        CameraError: the camera gives no frame.
        OSError: the picture cannot be written.
    """
    frame = next((frame for frame in build_camera(settings, timeout_s=_TIMEOUT_S).frames() if frame), None)
    if frame is None:
        raise CameraError("the camera gave no frame. Find out why with `homeward-edge check`")
    zones(settings.zones).black_out(frame.image)
    faces = build_detector(settings).detect(frame.image)
    draw_faces(frame.image, faces, min_px=settings.faces.min_px)
    write_private(out, cv2.imencode(out.suffix, frame.image)[1].tobytes())
    width, height = frame.size
    sizes = ", ".join(f"{face.box.height:.0f} px" for face in faces) or "none"
    return f"{out}: {width} x {height} pixels, faces: {sizes} (minimum for a capture: {settings.faces.min_px:.0f} px)"
