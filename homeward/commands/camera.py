"""`homeward camera`: give a camera its identity, list the cameras, take an identity away."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from homeward.fleet.cameras import (
    NameTakenError,
    Revocation,
    delete_certificate,
    find_camera,
    new_certificate,
    refuse_taken,
    register_camera,
    revoke_camera,
)
from homeward.fleet.state import camera_states
from homeward.options import NOT_FOUND, REFUSED, Agency, AsJson, DryRun, connect, console, fail, messages
from lambdas.common.times import now, to_text
from lambdas.fleet.claims import reserve

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="Give cameras their identity, list them, take it away.")


def _checked(name: str) -> str:
    """AWS IoT's rule for things; and a claim certificate connects as claim-*, which no camera may be called then."""
    if not re.fullmatch(r"[a-zA-Z0-9:_-]{1,128}", name) or name.startswith("claim-"):
        raise typer.BadParameter("letters, digits, '-', '_' and ':', at most 128, and not claim-...")
    return name


Camera = Annotated[str, typer.Argument(callback=_checked, help="The camera's name: letters, digits, '-', '_', ':'.")]
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

    Exit codes: 5 the name is taken; revoke the camera first.

    Examples:
        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --folder /secure

        homeward camera add cam-02 -a springfield-prod --site "Bus depot" --claim SN-0042
    """
    certificate, key = folder / f"{camera}.crt", folder / f"{camera}.key"
    if claim is None:
        _refuse_file(key)
    deployment = connect(agency)
    try:
        if dry_run:
            refuse_taken(deployment, camera, reserving=claim is not None)
            console.print(f"would {'register' if claim is None else 'reserve'} {camera} at {site}")
        elif claim is None:
            register_camera(deployment, camera, site=site, certificate=certificate, key=key)
            console.print(f"{camera} is registered: {certificate}, {key}, endpoint {broker(deployment)}")
        else:
            _reserve(deployment, camera, site=site, serial_number=claim, days=claim_days)
    except NameTakenError as error:
        raise fail(str(error), code=REFUSED) from error


def _reserve(deployment: Deployment, camera: str, *, site: str, serial_number: str, days: int) -> None:
    until = now() + timedelta(days=days)
    place: dict[str, Any] = {"camera": camera, "site": site, "serial_number": serial_number}
    dynamodb = deployment.client("dynamodb")
    refuse_taken(deployment, camera, reserving=True)
    if not reserve(dynamodb, table=deployment["CamerasTable"], **place, until=until, now=now()):
        raise NameTakenError(f"there is a camera {camera} already; revoke it first")
    console.print(f"{camera} is reserved for {serial_number} until {to_text(until)}; it joins with:")
    console.print(
        f"homeward-edge provision --endpoint {broker(deployment)} --template {deployment['ProvisioningTemplate']} "
        f"--camera {camera} --serial-number {serial_number} --claim-cert claim.crt --claim-key claim.key",
        soft_wrap=True,
    )


@app.command("list")
def list_cameras(*, agency: Agency, as_json: AsJson = False) -> None:
    """List the cameras: site, whether the certificate is good, and when the camera last said how it is.

    Example:
        homeward camera list -a springfield-prod
    """
    cameras = sorted(camera_states(connect(agency)), key=lambda each: each.camera)
    if as_json:
        console.print_json(data=[asdict(each) for each in cameras])
        return
    table = Table("camera", "site", "state", "last status", "added")
    for each in cameras:
        heard = f"{each.status} since {_minute(each.status_at)}" if each.status_at else "never heard of"
        table.add_row(each.camera, each.site, each.state, heard, _minute(each.added_at or ""))
    console.print(table)
    console.print(f"{len(cameras)} cameras")


@app.command()
def revoke(camera: Camera, *, agency: Agency, dry_run: DryRun = False) -> None:
    """Take a camera's identity away: from now on the broker refuses it. What it has sent before stays.

    Its connection is cut, and its settings and its status are deleted. May be
    repeated, and takes away what a broken registration has left.

    Exit codes: 3 there is nothing of this camera; 5 the thing is not of this fleet.

    Example:
        homeward camera revoke cam-01 -a springfield-prod
    """
    deployment = connect(agency)
    try:
        revocation = Revocation(find_camera(deployment, camera)) if dry_run else revoke_camera(deployment, camera)
    except NameTakenError as error:
        raise fail(str(error), code=REFUSED) from error
    if not revocation.found:
        raise fail(f"there is no camera {camera}; `homeward camera list` shows those there are", code=NOT_FOUND)
    if dry_run:
        console.print(f"would revoke {camera}")
        return
    if revocation.still_connected:
        why = revocation.still_connected
        messages.print(f"its connection was not cut ({why}); AWS IoT does so within minutes", markup=False)
    console.print(f"{camera} is revoked")


@app.command("claim-certificate")
def claim_certificate(
    *,
    agency: Agency,
    folder: Folder = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Delete all earlier ones: one was lost.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Write the fleet's claim certificate (claim.crt, claim.key), which reserved devices join with.

    It can buy a certificate for a reserved camera and do nothing else. With --replace the earlier ones are worth
    nothing from then on; cameras that have joined keep their own.

    Examples:
        homeward camera claim-certificate -a springfield-prod --folder /secure

        homeward camera claim-certificate -a springfield-prod --folder /secure --replace
    """
    certificate, key = folder / "claim.crt", folder / "claim.key"
    _refuse_file(key)
    deployment = connect(agency)
    iot, policy = deployment.client("iot"), deployment["ClaimPolicyName"]
    pages = iot.get_paginator("list_targets_for_policy").paginate(policyName=policy) if replace else []
    earlier = [arn for page in pages for arn in page["targets"]]
    if dry_run:
        deleting = f" and delete {len(earlier)} earlier ones" if replace else ""
        console.print(f"would write {certificate} and {key}{deleting}")
        return
    for arn in earlier:
        delete_certificate(iot, arn)
    new_certificate(iot, [policy], certificate=certificate, key=key)
    if replace:
        console.print(f"{len(earlier)} earlier claim certificates deleted")
    console.print(f"{certificate}, {key}, template {deployment['ProvisioningTemplate']}, endpoint {broker(deployment)}")


def broker(deployment: Deployment) -> str:
    """The host that the cameras of this account and region connect to."""
    return str(deployment.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])


def _minute(instant: str) -> str:
    """2026-11-23 03:00: what fits into a table."""
    return instant[:16].replace("T", " ")


def _refuse_file(key: Path) -> None:
    if key.exists():
        raise fail(f"{key} exists; move it away or choose another --folder")
