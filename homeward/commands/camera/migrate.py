"""`homeward camera migrate`: give cameras of before a thing whose name carries the environment."""

from __future__ import annotations

from typing import Annotated

import typer

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.fleet.aws_iot import NameTakenError
from homeward.fleet.migration import (
    NoCameraError,
    NotMigratedError,
    cameras_to_finish,
    cameras_to_migrate,
    check_can_finish,
    check_can_migrate,
    finish_migration,
    migrate_camera,
)
from homeward.fleet.registration import NoThingError, UnusableNameError
from homeward.options import AgencyOption, DryRunOption
from homeward.terminal import console, fail
from lambdas.common.things import thing_name


def migrate(
    camera: Annotated[str | None, typer.Argument(help="The camera's name. Leave it out with --all.")] = None,
    *,
    agency: AgencyOption,
    all_cameras: Annotated[bool, typer.Option("--all", help="Migrate all cameras that need it.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Delete the former thing of a camera that uses its new one.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Give a camera from before topics carried their environment its new thing.

    The camera keeps its certificate. The command prints the line to put into
    the device's camera.toml. Until --finish, the camera may use either thing.
    Cameras that are Greengrass core devices need no migration.

    Exit codes: 3 no such camera; 5 not of this fleet, or not ready to finish.

    Examples:
        homeward camera migrate cam-01 -a springfield-prod

        homeward camera migrate --all --finish -a springfield-prod
    """
    if (camera is None) != all_cameras:
        raise fail("Name one camera, or use --all.", code=WRONG_USAGE)
    deployment = connect(agency)
    pending = cameras_to_finish if finish else cameras_to_migrate
    cameras = [camera] if camera else pending(deployment)
    for each in cameras:
        try:
            if finish:
                (check_can_finish if dry_run else finish_migration)(deployment, each)
                console.print(f"{'would delete' if dry_run else 'deleted'} the former thing of {each}")
                continue
            (check_can_migrate if dry_run else migrate_camera)(deployment, each)
        except (NameTakenError, NotMigratedError, UnusableNameError, NoThingError) as error:
            raise fail(str(error), code=REFUSED) from error
        except NoCameraError as error:
            advice = f"List cameras with: homeward camera list -a {agency}"
            raise fail(f"No camera named {each}. {advice}", code=NOT_FOUND) from error
        line = f'camera = "{thing_name(agency, each)}"'
        console.print(f"{'would migrate' if dry_run else 'migrated'} {each}. In its camera.toml: {line}")
    if not cameras:
        console.print("no camera needs it")
