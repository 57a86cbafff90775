"""`homeward camera claim-certificate`: write the certificate with which reserved devices join."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homeward.deployment.outputs import connect
from homeward.fleet.aws_iot import broker_host
from homeward.fleet.certificates import delete_certificate, new_certificate, targets_of
from homeward.options import AgencyOption, DryRunOption
from homeward.terminal import console, fail

FolderOption = Annotated[Path, typer.Option(help="Folder for the certificate and the key.")]


def claim_certificate(
    *,
    agency: AgencyOption,
    folder: FolderOption = Path(),
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete all earlier claim certificates, for example if one was lost.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Write the fleet's claim certificate (claim.crt, claim.key), with which reserved devices join.

    A device exchanges it for the certificate of its reserved camera; it allows
    nothing else. --replace deletes the earlier claim certificates. Cameras that
    have joined keep their own certificates.

    Examples:
        homeward camera claim-certificate -a springfield-prod --folder /secure

        homeward camera claim-certificate -a springfield-prod --folder /secure --replace
    """
    certificate, key = folder / "claim.crt", folder / "claim.key"
    refuse_existing_file(key)
    deployment = connect(agency)
    iot, policy = deployment.client("iot"), deployment["ClaimPolicyName"]
    earlier = targets_of(iot, policy) if replace else []
    if dry_run:
        deleting = f" and delete {len(earlier)} earlier ones" if replace else ""
        console.print(f"would write {certificate} and {key}{deleting}")
        return
    for arn in earlier:
        delete_certificate(iot, arn)
    new_certificate(iot, [policy], certificate=certificate, key=key)
    if replace:
        console.print(f"{len(earlier)} earlier claim certificates deleted")
    template, endpoint = deployment["ProvisioningTemplate"], broker_host(deployment)
    console.print(f"{certificate}, {key}, template {template}, endpoint {endpoint}")


def refuse_existing_file(file: Path, *, option: str = "--folder") -> None:
    """End the command if a file with a private key exists."""
    if file.exists():
        raise fail(f"{file} exists; move it away or choose another {option}")
