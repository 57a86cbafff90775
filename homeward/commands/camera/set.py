"""`homeward camera set`: change what is known of a camera's place."""

from __future__ import annotations

from typing import Annotated

import typer

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, WRONG_USAGE
from homeward.fleet.cameras_table import read_entry, set_place
from homeward.fleet.coordinates import Coordinates, parse_coordinates
from homeward.options import AgencyOption, DryRunOption, check_camera_name
from homeward.terminal import console, fail
from lambdas.common.outside_text import single_line


def read_coordinates(text: str) -> Coordinates:
    """Read the option; otherwise report wrong usage."""
    try:
        return parse_coordinates(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


CoordinatesOption = Annotated[
    Coordinates | None,
    typer.Option(
        parser=read_coordinates,
        metavar="LATITUDE,LONGITUDE",
        help="Where the camera is, in degrees. The console says how far that is from where a person was last seen.",
        show_default=False,
    ),
]


def set_camera(
    camera: Annotated[str, typer.Argument(callback=check_camera_name, help="The camera's name.")],
    *,
    agency: AgencyOption,
    site: Annotated[str | None, typer.Option(help="Where the camera looks.", show_default=False)] = None,
    coordinates: CoordinatesOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Change a camera's site and coordinates. Alerts and pages show them from now on.

    Exit codes: 3 no such camera.

    Examples:
        homeward camera set cam-01 -a springfield-prod --coordinates 45.5231,-122.6765

        homeward camera set cam-01 -a springfield-prod --site "North Station, east entrance"
    """
    if site is not None and not single_line(site).strip():
        raise fail("--site is empty: say where the camera looks", code=WRONG_USAGE)
    if site is None and coordinates is None:
        raise fail("Give --site, --coordinates, or both", code=WRONG_USAGE)
    deployment = connect(agency)
    changed = ", ".join(name for name, value in (("site", site), ("coordinates", coordinates)) if value is not None)
    entry = read_entry(deployment, camera)
    is_there = entry is not None and "revoked_at" not in entry
    if is_there and not dry_run:
        is_there = set_place(deployment, camera, site=site, coordinates=coordinates)
    if not is_there:
        raise fail(f"No camera named {camera}. List cameras with: homeward camera list -a {agency}", code=NOT_FOUND)
    console.print(f"{'would change' if dry_run else 'changed'} the {changed} of {camera}")
