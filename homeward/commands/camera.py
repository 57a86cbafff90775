"""`homeward camera`: register, reserve, list and revoke cameras."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeward.commands.camera_claim_certificate import FolderOption, claim_certificate, refuse_existing_key
from homeward.commands.camera_migrate import migrate
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.fleet.aws_iot import NameTakenError, broker_host
from homeward.fleet.registration import (
    NoCoreDevicesError,
    NoThingError,
    UnusableNameError,
    camera_policy,
    check_name_is_free,
    register_camera,
    register_thing,
    reserve_camera,
)
from homeward.fleet.revocation import Revocation, camera_exists, revoke_camera
from homeward.fleet.status import CameraStatus, camera_statuses
from homeward.listing import Listing
from homeward.options import AgencyOption, CsvOption, DryRunOption, JsonOption, check_camera_name
from homeward.terminal import console, fail, messages
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="Register, reserve, list and revoke cameras.")
app.command("claim-certificate")(claim_certificate)
app.command()(migrate)


_CAMERAS = Listing(
    columns={"camera": "camera", "site": "site", "state": "state", "status": "last status", "added_at": "added"},
    whole=frozenset({"camera", "state"}),
    members=[field.name for field in fields(CameraStatus)],
)


def _check_name(name: str) -> str:
    """Return the name if a camera may have it. Clients with a claim certificate connect as claim-..."""
    if name.startswith("claim-"):
        raise typer.BadParameter("a camera's name must not begin with claim-")
    return check_camera_name(name)


CameraArgument = Annotated[
    str, typer.Argument(callback=_check_name, help="The camera's name: letters, digits, '-', '_', ':'.")
]


@app.command()
def add(
    camera: CameraArgument,
    *,
    agency: AgencyOption,
    site: Annotated[str, typer.Option(help="Where the camera looks. Alerts quote it.")],
    folder: FolderOption = Path(),
    claim: Annotated[
        str | None,
        typer.Option(metavar="SERIAL", help="Only reserve the name, for the device with this serial number."),
    ] = None,
    thing: Annotated[
        str | None,
        typer.Option(help="Register this thing, which exists (an AWS DeepLens, for example). No file is written."),
    ] = None,
    core: Annotated[bool, typer.Option("--core", help="The camera is an AWS IoT Greengrass v2 core device.")] = False,
    claim_days: Annotated[int, typer.Option(min=1, max=365, help="Days until the reservation expires.")] = 30,
    dry_run: DryRunOption = False,
) -> None:
    """Register a camera and write its certificate (CAMERA.crt) and private key (CAMERA.key).

    The key exists nowhere else. Whoever has both files can send captures as
    this camera. With --claim no file is written: the device gets its own
    certificate by `homeward-edge provision`, once, with the fleet's claim
    certificate. Cameras of other environments may have the same name.

    Exit codes: 3 no such thing; 5 the name is taken; revoke the camera first.

    Examples:
        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --folder /secure

        homeward camera add cam-02 -a springfield-prod --site "Bus depot" --claim SN-0042

        homeward camera add lens-1 -a springfield-prod --site "Library" --thing deeplens_abc

        homeward camera add cam-03 -a springfield-prod --site "Ferry dock" --core
    """
    if sum(map(bool, (claim, thing, core))) > 1:
        raise fail("Use only one of --claim, --thing and --core.", code=WRONG_USAGE)
    certificate, key = folder / f"{camera}.crt", folder / f"{camera}.key"
    if claim is None and thing is None:
        refuse_existing_key(key)
    deployment = connect(agency)
    try:
        if thing:
            register_thing(deployment, camera, thing=thing, site=site, dry_run=dry_run)
            console.print(f"{'would register' if dry_run else 'registered'} {thing} as {camera} at {site}")
        elif dry_run:
            camera_policy(deployment, is_core=core)
            check_name_is_free(deployment, camera, reserving=claim is not None)
            console.print(f"would {'register' if claim is None else 'reserve'} {camera} at {site}")
        elif claim is None:
            name = register_camera(deployment, camera, site=site, certificate=certificate, key=key, is_core=core)
            console.print(f"{camera} is registered: {certificate}, {key}, endpoint {broker_host(deployment)}")
            console.print(f'in its camera.toml: camera = "{name}"')
        else:
            _reserve(deployment, camera, site=site, serial_number=claim, days=claim_days)
    except NameTakenError as error:
        raise fail(str(error), code=REFUSED) from error
    except (UnusableNameError, NoCoreDevicesError) as error:
        raise fail(str(error), code=WRONG_USAGE) from error
    except NoThingError as error:
        raise fail(str(error), code=NOT_FOUND) from error


def _reserve(deployment: Deployment, camera: str, *, site: str, serial_number: str, days: int) -> None:
    """Reserve the name, and print the command that the device joins with."""
    until = now() + timedelta(days=days)
    reserve_camera(deployment, camera, site=site, serial_number=serial_number, until=until)
    console.print(f"{camera} is reserved for {serial_number} until {to_text(until)}. The device joins with:")
    console.print(
        f"homeward-edge provision --endpoint {broker_host(deployment)} "
        f"--template {deployment['ProvisioningTemplate']} "
        f"--camera {camera} --serial-number {serial_number} --claim-cert claim.crt --claim-key claim.key",
        soft_wrap=True,
    )


@app.command("list")
def list_cameras(*, agency: AgencyOption, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """List the cameras with their site, certificate state and last reported status.

    Examples:
        homeward camera list -a springfield-prod

        homeward camera list -a springfield-prod --csv > cameras.csv
    """
    cameras = sorted(camera_statuses(connect(agency)), key=lambda each: each.camera)
    rows = [asdict(each) for each in cameras]
    if not (as_json or as_csv):
        for row in rows:
            status_at = row["status_at"]
            row["status"] = f"{row['status']} since {_minute(status_at)}" if status_at else "never reported"
            row["added_at"] = _minute(row["added_at"] or "")
    if _CAMERAS.show(rows, as_json=as_json, as_csv=as_csv):
        console.print(f"{len(rows)} cameras")


@app.command()
def revoke(camera: CameraArgument, *, agency: AgencyOption, dry_run: DryRunOption = False) -> None:
    """Revoke a camera: the broker refuses it from now on. Its earlier captures stay.

    The command closes the camera's connection, and deletes its certificates,
    settings and status. It is idempotent, and also removes an incomplete
    registration.

    Exit codes: 3 no such camera; 5 the thing is not of this fleet.

    Example:
        homeward camera revoke cam-01 -a springfield-prod
    """
    deployment = connect(agency)
    try:
        revocation = Revocation(camera_exists(deployment, camera)) if dry_run else revoke_camera(deployment, camera)
    except NameTakenError as error:
        raise fail(str(error), code=REFUSED) from error
    if not revocation.found:
        raise fail(f"No camera named {camera}. List cameras with: homeward camera list -a {agency}", code=NOT_FOUND)
    if dry_run:
        console.print(f"would revoke {camera}")
        return
    if revocation.still_connected:
        reason = revocation.still_connected
        messages.print(f"its connection could not be closed ({reason}); AWS IoT closes it within minutes")
    console.print(f"{camera} is revoked")


def _minute(instant: str) -> str:
    """Shorten an instant for a table: 2026-11-23 03:00."""
    return instant[:16].replace("T", " ")
