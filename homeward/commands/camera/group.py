"""`homeward camera`: register, reserve, change, list and revoke cameras."""

from __future__ import annotations

from dataclasses import asdict, fields

import typer

from edge_device.wording.counts import counted
from homeward.commands.camera.add import CameraArgument, add
from homeward.commands.camera.claim_certificate import claim_certificate
from homeward.commands.camera.migrate import migrate
from homeward.commands.camera.set import set_camera
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, REFUSED
from homeward.fleet.aws_iot import NameTakenError
from homeward.fleet.revocation import Revocation, camera_exists, revoke_camera
from homeward.fleet.status import CameraStatus, camera_statuses
from homeward.listing import Listing
from homeward.options import AgencyOption, CsvOption, DryRunOption, JsonOption
from homeward.terminal import console, fail, messages

app = typer.Typer(no_args_is_help=True, help="Register, reserve, change, list and revoke cameras.")
app.command()(add)
app.command("set")(set_camera)
app.command("claim-certificate")(claim_certificate)
app.command()(migrate)


_CAMERAS = Listing(
    columns={"camera": "camera", "site": "site", "state": "state", "status": "last status", "added_at": "added"},
    whole=frozenset({"camera", "state"}),
    members=[field.name for field in fields(CameraStatus)],
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
        console.print(counted(len(rows), "camera"))


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
