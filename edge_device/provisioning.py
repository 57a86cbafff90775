"""Fleet provisioning by claim: a certificate that many devices share buys each one a certificate of its own."""

from __future__ import annotations

import os
import tempfile
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscrt.exceptions import AwsCrtError
from awscrt.mqtt_request_response import ClientOptions
from awsiot import V2ServiceException, iotidentity

from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import IotCore

if TYPE_CHECKING:
    from pathlib import Path

    from edge_device.publishers.iot_core import Endpoint

_PATIENCE_S = 30


@dataclass(frozen=True)
class Claim:
    """The broker with the fleet's claim certificate, and the provisioning template that says what a camera becomes."""

    endpoint: Endpoint
    template: str


@dataclass(frozen=True)
class CameraIdentity:
    """The thing that the camera now is, and the files of its own certificate and key."""

    thing: str
    certificate: Path
    key: Path


def provision_by_claim(claim: Claim, *, camera: str, serial_number: str, folder: Path) -> CameraIdentity:
    """Ask for a key and certificate, register the thing with it, write `THING.crt` and `THING.key` into the folder.

    Raises:
        PublishError: the claim was refused, or the pre-provisioning hook did not know the serial number.
        OSError: the folder cannot be written.
    """
    # A place is taken once: what cannot be saved afterwards would be lost, and the operator had to reserve it again.
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    connection = IotCore(claim.endpoint, thing=f"claim-{uuid.uuid4().hex[:12]}")
    connection.connect()
    try:
        client = _client(connection)
        request = iotidentity.CreateKeysAndCertificateRequest()
        made = client.create_keys_and_certificate(request).result(_PATIENCE_S)
        registered = client.register_thing(
            iotidentity.RegisterThingRequest(
                template_name=claim.template,
                certificate_ownership_token=made.certificate_ownership_token,
                parameters={"ThingName": camera, "SerialNumber": serial_number},
            )
        ).result(_PATIENCE_S)
    except V2ServiceException as error:
        reason = error.modeled_error.error_message if error.modeled_error else error.message
        raise PublishError(f"the camera was not provisioned: {reason}") from error
    except (AwsCrtError, TimeoutError) as error:
        raise PublishError(f"the camera was not provisioned: {error}") from error
    finally:
        connection.close()
    return _saved(folder, registered.thing_name, certificate=made.certificate_pem, key=made.private_key)


def _client(connection: IotCore) -> iotidentity.IotIdentityClientV2:
    if not connection.wait_connected(_PATIENCE_S):
        raise PublishError(f"the claim certificate was refused: {connection.failure or 'no answer'}")
    return iotidentity.IotIdentityClientV2(connection.client, ClientOptions(2, 0, _PATIENCE_S))


def _saved(folder: Path, thing: str, *, certificate: str, key: str) -> CameraIdentity:
    identity = CameraIdentity(thing, folder / f"{thing}.crt", folder / f"{thing}.key")
    # Readable by its owner only from the first byte on.
    with os.fdopen(os.open(identity.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
    identity.certificate.write_text(certificate)
    return identity
