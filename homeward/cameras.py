"""`homeward camera`: give a camera its identity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeward.options import Agency, DryRun, connect, console, fail
from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from homeward.deployment import Deployment

app = typer.Typer(no_args_is_help=True, help="Give cameras their identity, list them, take it away.")


@app.callback()
def describe() -> None:
    """Give cameras their identity, list them, take it away."""


@app.command()
def add(
    camera: Annotated[str, typer.Argument(help="The camera's name: letters, digits, '-', '_', ':'.")],
    *,
    agency: Agency,
    site: Annotated[str, typer.Option(help="Where it looks, in the words that an alert shall use.")],
    folder: Annotated[Path, typer.Option(help="Where its certificate and key are written.")] = Path(),
    dry_run: DryRun = False,
) -> None:
    """Register a camera and write its certificate (CAMERA.crt) and private key (CAMERA.key).

    The key exists nowhere else. Whoever has both can send captures as this camera.

    Example:
        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --folder /secure
    """
    certificate, key = folder / f"{camera}.crt", folder / f"{camera}.key"
    if key.exists():
        raise fail(f"{key} exists; move it away or choose another --folder")
    deployment = connect(agency)
    if dry_run:
        console.print(f"would register {camera} at {site}, and write {certificate} and {key}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    register_camera(deployment, camera, site=site, certificate=certificate, key=key)
    console.print(f"{camera} is registered: {certificate}, {key}, endpoint {broker(deployment)}")


def register_camera(deployment: Deployment, camera: str, *, site: str, certificate: Path, key: Path) -> None:
    """Make the thing, its certificate with the fleet's policy, and its entry in the cameras table."""
    iot = deployment.client("iot")
    iot.create_thing(thingName=camera)
    created = iot.create_keys_and_certificate(setAsActive=True)
    key.touch(mode=0o600)
    key.write_text(created["keyPair"]["PrivateKey"])
    certificate.write_text(created["certificatePem"])
    iot.attach_policy(policyName=deployment["CameraPolicyName"], target=created["certificateArn"])
    iot.attach_thing_principal(thingName=camera, principal=created["certificateArn"])
    item = {"camera": camera, "site": site, "added_at": to_text(now())}
    deployment.client("dynamodb").put_item(TableName=deployment["CamerasTable"], Item=to_attributes(item))


def broker(deployment: Deployment) -> str:
    """The host that the cameras of this account and region connect to."""
    return str(deployment.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])
