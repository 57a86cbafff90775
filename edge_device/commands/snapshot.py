"""`homeward-edge snapshot`."""

from pathlib import Path
from typing import Annotated

import typer

from edge_device.aim import ENDINGS, save_aiming_picture
from edge_device.commands.options import FAILED, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say


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
    if out.suffix.lower() not in ENDINGS or not out.parent.is_dir():
        raise failure(f"cannot write {out}. Name a .jpg or .png file in an existing folder", code=FAILED)
    with exit_on_error():
        say(save_aiming_picture(load_settings(config, assignments, source=source), out))
