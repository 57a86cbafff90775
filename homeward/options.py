"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lambdas.common.camera_names import ALLOWED, is_camera_name


def check_camera_name(name: str) -> str:
    """Return the name if a camera may have it; otherwise report wrong usage."""
    if not is_camera_name(name):
        raise typer.BadParameter(f"{name!r} is not allowed: use {ALLOWED}")
    return name


AGENCY = typer.Option(
    "--agency", "-a", envvar="HOMEWARD_AGENCY", help="Agency and environment, such as springfield-prod."
)
AgencyOption = Annotated[str, AGENCY]
AgencyFileOption = Annotated[
    Path | None,
    typer.Option("--agency-file", help="The agency's file. Default: agencies/NAME.toml.", show_default=False),
]
AllowRemovalsOption = Annotated[
    bool,
    typer.Option(
        "--allow-removals",
        help="Remove cases even beyond max_removed_percent. Check the source first.",
    ),
]
CameraOption = Annotated[
    str,
    typer.Option(
        callback=check_camera_name,
        help="The camera that alerts name. It need not be registered.",
        metavar="NAME",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet, with every column.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be done without doing it.")]
