"""`homeward camera add`: register a camera, or reserve its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_device.wording.system import os_error_in_words
from homeward.commands.camera.claim_certificate import FolderOption, refuse_existing_file
from homeward.commands.camera.set import CoordinatesOption
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.fleet.aws_iot import NameTakenError, broker_host
from homeward.fleet.bundle import Connection, register_with_bundle
from homeward.fleet.cameras_table import set_place
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
from homeward.options import AgencyOption, DryRunOption, check_camera_name
from homeward.terminal import console, fail
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


def _check_name(name: str) -> str:
    """Return the name if a camera may have it. Clients with a claim certificate connect as claim-..."""
    if name.startswith("claim-"):
        raise typer.BadParameter("a camera's name must not begin with claim-")
    return check_camera_name(name)


CameraArgument = Annotated[
    str, typer.Argument(callback=_check_name, help="The camera's name: letters, digits, '-', '_', ':'.")
]


def add(
    camera: CameraArgument,
    *,
    agency: AgencyOption,
    site: Annotated[str, typer.Option(help="Where the camera looks. Alerts quote it.")],
    coordinates: CoordinatesOption = None,
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
    bundle: Annotated[
        Path | None,
        typer.Option(metavar="FILE.zip", help="Write one archive with all that the device needs, instead of files."),
    ] = None,
    source: Annotated[
        str, typer.Option(help="With --bundle: the camera's source, such as 0 or rtsp://10.0.0.7/stream.")
    ] = "0",
    endpoint: Annotated[
        str | None,
        typer.Option(
            envvar="HOMEWARD_MQTT_ENDPOINT", help="With --bundle: the broker's host. Default: AWS IoT's of the account."
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=1, max=65535, envvar="HOMEWARD_MQTT_PORT", help="With --bundle: the broker's port."),
    ] = 8883,
    ca: Annotated[
        Path | None,
        typer.Option(
            envvar="HOMEWARD_MQTT_CA", help="With --bundle: the broker's authority (PEM). Default: Amazon's root."
        ),
    ] = None,
    claim_days: Annotated[int, typer.Option(min=1, max=365, help="Days until the reservation expires.")] = 30,
    dry_run: DryRunOption = False,
) -> None:
    """Register a camera and write its certificate (CAMERA.crt) and private key (CAMERA.key).

    The key exists nowhere else. Whoever has both files can send captures as
    this camera. With --bundle everything is in one archive instead: settings,
    certificate, key, the broker's authority, the program and `install`. With
    --claim no file is written: the device gets its own
    certificate by `homeward-edge provision`, once, with the fleet's claim
    certificate. Cameras of other environments may have the same name.

    Exit codes: 3 no such thing; 5 the name is taken; revoke the camera first.

    Examples:
        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --folder /secure

        homeward camera add cam-01 -a springfield-prod --site "North Station, main hall" --bundle cam-01.zip

        homeward camera add cam-02 -a springfield-prod --site "Bus depot" --claim SN-0042

        homeward camera add lens-1 -a springfield-prod --site "Library" --thing deeplens_abc

        homeward camera add cam-03 -a springfield-prod --site "Ferry dock" --core
    """
    if sum(map(bool, (claim, thing, core, bundle))) > 1:
        raise fail("Use only one of --claim, --thing, --core and --bundle.", code=WRONG_USAGE)
    certificate, key = folder / f"{camera}.crt", folder / f"{camera}.key"
    if bundle:
        refuse_existing_file(bundle, option="--bundle")
    elif claim is None and thing is None:
        refuse_existing_file(key)
    deployment = connect(agency)
    with _expected_errors():
        if thing:
            register_thing(deployment, camera, thing=thing, site=site, dry_run=dry_run)
            console.print(f"{'would register' if dry_run else 'registered'} {thing} as {camera} at {site}")
        elif dry_run:
            camera_policy(deployment, is_core=core)
            check_name_is_free(deployment, camera, reserving=claim is not None)
            console.print(f"would {'register' if claim is None else 'reserve'} {camera} at {site}")
        elif claim is not None:
            _reserve(deployment, camera, site=site, serial_number=claim, days=claim_days)
        elif bundle:
            connection = Connection(source=source, endpoint=endpoint or broker_host(deployment), port=port, ca=ca)
            steps = register_with_bundle(deployment, camera, site=site, bundle=bundle, connection=connection)
            console.print(f"{camera} is registered. {bundle} has its private key: delete it once it is installed.")
            for step in steps:
                console.print(step, soft_wrap=True, highlight=False)
        else:
            name = register_camera(deployment, camera, site=site, certificate=certificate, key=key, is_core=core)
            console.print(
                f"{camera} is registered: {certificate}, {key}, endpoint {endpoint or broker_host(deployment)}"
            )
            console.print(f'in its camera.toml: camera = "{name}"')
        if coordinates and not dry_run:
            set_place(deployment, camera, coordinates=coordinates)


@contextmanager
def _expected_errors() -> Iterator[None]:
    try:
        yield
    except NameTakenError as error:
        raise fail(str(error), code=REFUSED) from error
    except (UnusableNameError, NoCoreDevicesError) as error:
        raise fail(str(error), code=WRONG_USAGE) from error
    except NoThingError as error:
        raise fail(str(error), code=NOT_FOUND) from error
    except OSError as error:
        raise fail(os_error_in_words(error)) from error


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
