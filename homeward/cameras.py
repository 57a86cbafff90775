"""`homeward camera`: give a camera its identity, list the cameras, take an identity away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from homeward.fleet import new_certificate, register_camera, registered_cameras, revoke_camera
from homeward.options import NOT_FOUND, Agency, AsJson, DryRun, connect, console, fail
from lambdas.common.times import now, to_text
from lambdas.fleet.claims import reserve

if TYPE_CHECKING:
    from homeward.deployment import Deployment

app = typer.Typer(no_args_is_help=True, help="Give cameras their identity, list them, take it away.")

Camera = Annotated[str, typer.Argument(help="The camera's name: letters, digits, '-', '_', ':'.")]
Folder = Annotated[Path, typer.Option(help="Where the certificate and the key are written.")]


@app.command()
def add(
    camera: Camera,
    *,
    agency: Agency,
    site: Annotated[str, typer.Option(help="Where it looks, in the words that an alert shall use.")],
    folder: Folder = Path(),
    claim: Annotated[
        str | None, typer.Option(metavar="SERIAL", help="Only reserve the name for the device of this serial number.")
    ] = None,
    claim_days: Annotated[int, typer.Option(min=1, max=365, help="How long the reservation is good.")] = 30,
    dry_run: DryRun = False,
) -> None:
    """Register a camera and write its certificate (CAMERA.crt) and private key (CAMERA.key).

    The key exists nowhere else. Whoever has both can send captures as this camera. With --claim nothing is written:
    the device gets its own by `homeward-edge provision`, once, with the fleet's claim certificate.

    Examples:
        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --folder /secure

        homeward camera add cam-02 -a springfield-prod --site "Bus depot" --claim SN-0042
    """
    certificate, key = folder / f"{camera}.crt", folder / f"{camera}.key"
    if claim is None and key.exists():
        raise fail(f"{key} exists; move it away or choose another --folder")
    deployment = connect(agency)
    if dry_run:
        console.print(f"would register {camera} at {site}")
    elif claim is None:
        register_camera(deployment, camera, site=site, certificate=certificate, key=key)
        console.print(f"{camera} is registered: {certificate}, {key}, endpoint {broker(deployment)}")
    else:
        until = now() + timedelta(days=claim_days)
        reserve(
            deployment.client("dynamodb"),
            table=deployment["CamerasTable"],
            camera=camera,
            site=site,
            serial_number=claim,
            until=until,
            now=now(),
        )
        console.print(f"{camera} is reserved for {claim} until {to_text(until)}; it joins with:")
        template = deployment["ProvisioningTemplate"]
        console.print(f"homeward-edge provision --template {template} --camera {camera} --serial-number {claim}")


@app.command("list")
def list_cameras(*, agency: Agency, as_json: AsJson = False) -> None:
    """List the cameras: site, whether the certificate is good, and when the camera last said how it is.

    Example:
        homeward camera list -a springfield-prod
    """
    rows = sorted(registered_cameras(connect(agency)), key=lambda row: str(row["camera"]))
    if as_json:
        console.print_json(data=rows)
        return
    table = Table("camera", "site", "state", "added", "last status")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)
    console.print(f"{len(rows)} cameras")


@app.command()
def revoke(camera: Camera, *, agency: Agency, dry_run: DryRun = False) -> None:
    """Take a camera's identity away: from now on the broker refuses it. What it has sent before stays.

    Example:
        homeward camera revoke cam-01 -a springfield-prod
    """
    deployment = connect(agency)
    if dry_run:
        console.print(f"would revoke {camera}")
    elif revoke_camera(deployment, camera):
        console.print(f"{camera} is revoked")
    else:
        raise fail(f"there is no camera {camera}; `homeward camera list` shows those there are", code=NOT_FOUND)


@app.command("claim-certificate")
def claim_certificate(*, agency: Agency, folder: Folder = Path()) -> None:
    """Write the fleet's claim certificate (claim.crt, claim.key), which reserved devices join with.

    It can buy a certificate for a reserved camera and do nothing else. Make a new one when one gets lost.

    Example:
        homeward camera claim-certificate -a springfield-prod --folder /secure
    """
    certificate, key = folder / "claim.crt", folder / "claim.key"
    if key.exists():
        raise fail(f"{key} exists; move it away or choose another --folder")
    deployment = connect(agency)
    new_certificate(deployment.client("iot"), deployment["ClaimPolicyName"], certificate=certificate, key=key)
    console.print(f"{certificate}, {key}, template {deployment['ProvisioningTemplate']}, endpoint {broker(deployment)}")


def broker(deployment: Deployment) -> str:
    """The host that the cameras of this account and region connect to."""
    return str(deployment.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])
