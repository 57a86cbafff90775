"""`homeward-edge provision`."""

from pathlib import Path
from typing import Annotated

import typer

from edge_device.commands.options import exit_on_error
from edge_device.commands.output import say
from edge_device.provisioning import FleetClaim, provision_by_claim
from edge_device.publishers.iot_core import Endpoint


def provision(
    *,
    camera: Annotated[str, typer.Option(help="Name for the camera, such as cam-01.")],
    endpoint: Annotated[str, typer.Option(help="Host of AWS IoT Core; `aws iot describe-endpoint` prints it.")],
    claim_cert: Annotated[Path, typer.Option(help="Claim certificate of the fleet (PEM).")],
    claim_key: Annotated[Path, typer.Option(help="Private key of the claim certificate (PEM).")],
    template: Annotated[str, typer.Option(help="Name of the fleet's provisioning template.")],
    folder: Annotated[Path, typer.Option(help="Folder for the camera's certificate and key.")] = Path(
        "/etc/homeward-edge"
    ),
    serial_number: Annotated[
        str | None,
        typer.Option(help="Serial number that the agency reserved for the device (default: the camera's name)."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the MQTT broker.")] = 8883,
    ca: Annotated[Path | None, typer.Option(help="Certificate authority of the broker (PEM).")] = None,
) -> None:
    """Get the camera's own certificate, in exchange for the fleet's claim certificate.

    The private key is stored only on this device.

    Examples:
        homeward-edge provision --camera cam-01 --endpoint a1b2-ats.iot.us-east-1.amazonaws.com \
            --claim-cert claim.crt --claim-key claim.key --template springfield-prod-cameras
    """
    with exit_on_error():
        identity = provision_by_claim(
            FleetClaim(Endpoint(endpoint, claim_cert, claim_key, ca, port), template),
            camera=camera,
            serial_number=serial_number or camera,
            folder=folder,
        )
    say(f"wrote the certificate and key of {identity.thing}: {identity.certificate}, {identity.key}")
    say(f'next: set camera = "{identity.thing}", mqtt.certificate and mqtt.key, then run `homeward-edge check`')
