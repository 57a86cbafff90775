"""`homeward-edge snapshot`."""

from pathlib import Path
from typing import Annotated

import cv2
import typer

from edge_device.commands.options import FAILED, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say
from edge_device.drawing import draw_faces
from edge_device.private_file import write_private
from edge_device.wiring import build_camera, build_detector, zones


def snapshot(
    out: Annotated[Path, typer.Argument(help="Image file to write, .jpg or .png.")],
    *,
    config: Config = None,
    assignments: Set = None,
    source: Annotated[str | None, typer.Option(help="Camera to use, instead of the settings' source.")] = None,
) -> None:
    """Save one frame with the faces marked, to aim the camera and test masks.

    Examples:
        homeward-edge snapshot aim.jpg --source 0 --set camera=cam-01
    """
    with exit_on_error():
        settings = load_settings(config, assignments, source=source)
        frame = next((frame for frame in build_camera(settings, timeout_s=20.0).frames() if frame), None)
        if frame is None:
            raise failure("the camera gave no frame. Find out why with `homeward-edge check`", code=FAILED)
        zones(settings.zones).black_out(frame.image)
        faces = build_detector(settings).detect(frame.image)
        draw_faces(frame.image, faces, min_px=settings.faces.min_px)
        if out.suffix.lower() not in {".jpg", ".jpeg", ".png"} or not out.parent.is_dir():
            raise failure(f"cannot write {out}. Name a .jpg or .png file in an existing folder", code=FAILED)
        write_private(out, cv2.imencode(out.suffix, frame.image)[1].tobytes())
    width, height = frame.size
    sizes = ", ".join(f"{face.box.height:.0f} px" for face in faces) or "none"
    say(f"{out}: {width} x {height} pixels, faces: {sizes} (minimum for a capture: {settings.faces.min_px:.0f} px)")
