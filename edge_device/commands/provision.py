"""`homeward-edge provision`."""

from pathlib import Path
from typing import Annotated

import typer

from edge_device.options import helpful_errors
from edge_device.provisioning import Claim, provision_by_claim
from edge_device.publishers.iot_core import Endpoint


def provision(
    *,
    camera: Annotated[str, typer.Option(help="The camera's name to ask for, such as cam-01.")],
    endpoint: Annotated[str, typer.Option(help="Host of AWS IoT Core: `aws iot describe-endpoint`.")],
    claim_cert: Annotated[Path, typer.Option(help="The fleet's claim certificate (PEM).")],
    claim_key: Annotated[Path, typer.Option(help="Its private key (PEM).")],
    template: Annotated[str, typer.Option(help="The fleet's provisioning template.")],
    folder: Annotated[Path, typer.Option(help="Where the camera's own certificate and key go.")] = Path(
        "/etc/homeward-edge"
    ),
    serial_number: Annotated[str | None, typer.Option(help="What the agency knows the device by [camera].")] = None,
    port: Annotated[int, typer.Option(help="Port of the broker.")] = 8883,
    ca: Annotated[Path | None, typer.Option(help="The broker's certificate authority (PEM).")] = None,
) -> None:
    """Trade the fleet's claim certificate for one of the camera's own. The key goes nowhere but to this device.

    Examples:
        homeward-edge provision --camera cam-01 --endpoint a1b2-ats.iot.us-east-1.amazonaws.com \
            --claim-cert claim.crt --claim-key claim.key --template springfield-prod-cameras
    """
    with helpful_errors():
        identity = provision_by_claim(
            Claim(Endpoint(endpoint, claim_cert, claim_key, ca, port), template),
            camera=camera,
            serial_number=serial_number or camera,
            folder=folder,
        )
    typer.echo(f"{identity.thing} has its own certificate: {identity.certificate}, {identity.key}")
    typer.echo(f"set camera = {identity.thing!r}, mqtt.certificate and mqtt.key; then run `homeward-edge check`")
