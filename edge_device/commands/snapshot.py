"""`homeward-edge snapshot`."""

from pathlib import Path
from typing import Annotated

import cv2
import typer

from edge_device.build import build_camera, build_detector, zones
from edge_device.drawing import draw_faces
from edge_device.options import FAILED, Config, Set, failure, helpful_errors, settings_of


def snapshot(
    out: Annotated[Path, typer.Argument(help="The picture to write, .jpg or .png.")],
    *,
    config: Config = None,
    assignments: Set = None,
    source: Annotated[str | None, typer.Option(help="What to film, instead of the settings' source.")] = None,
) -> None:
    """Take one picture with the faces marked, to aim the camera and to try masks.

    Examples:
        homeward-edge snapshot aim.jpg --source 0 --set camera=cam-01
    """
    with helpful_errors():
        settings = settings_of(config, assignments, source=source)
        frame = next((frame for frame in build_camera(settings, give_up_s=20.0).frames() if frame), None)
        if frame is None:
            raise failure("the camera gave no picture", code=FAILED)
        zones(settings.zones).black_out(frame.image)
        faces = build_detector(settings).detect(frame.image)
        draw_faces(frame.image, faces, min_px=settings.faces.min_px)
        if out.suffix.lower() not in {".jpg", ".jpeg", ".png"} or not cv2.imwrite(str(out), frame.image):
            raise failure(f"{out} cannot be written: name a .jpg or .png in a folder that exists", code=FAILED)
    width, height = frame.size
    sizes = ", ".join(f"{face.box.height:.0f} px" for face in faces) or "none"
    typer.echo(f"{out}: {width} x {height} pixels, faces: {sizes} (captured from {settings.faces.min_px:.0f} px)")
