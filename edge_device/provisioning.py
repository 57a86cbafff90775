"""Fleet provisioning by claim: exchanges the claim certificate, which devices share, for a camera's own one."""

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

_TIMEOUT_S = 30


@dataclass(frozen=True)
class FleetClaim:
    """The broker with the fleet's claim certificate, and the name of the provisioning template."""

    endpoint: Endpoint
    template: str


@dataclass(frozen=True)
class CameraIdentity:
    """The camera's thing name, and the files with its certificate and private key."""

    thing: str
    certificate: Path
    key: Path


def provision_by_claim(claim: FleetClaim, *, camera: str, serial_number: str, folder: Path) -> CameraIdentity:
    """Create a key and certificate, register the thing, and write `CAMERA.crt` and `CAMERA.key` into the folder.

    Raises:
        PublishError: the claim was refused, or the pre-provisioning hook does not know the serial number.
        OSError: the folder is not writable.
    """
    # Check this first: registering uses up the reservation, and a key that cannot be saved is lost.
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    connection = IotCore(claim.endpoint, thing=f"claim-{uuid.uuid4().hex[:12]}")
    connection.connect()
    try:
        client = _client(connection)
        request = iotidentity.CreateKeysAndCertificateRequest()
        made = client.create_keys_and_certificate(request).result(_TIMEOUT_S)
        registered = client.register_thing(
            iotidentity.RegisterThingRequest(
                template_name=claim.template,
                certificate_ownership_token=made.certificate_ownership_token,
                parameters={"Camera": camera, "SerialNumber": serial_number},
            )
        ).result(_TIMEOUT_S)
    except V2ServiceException as error:
        reason = error.modeled_error.error_message if error.modeled_error else error.message
        raise PublishError(f"provisioning failed: {reason}") from error
    except (AwsCrtError, TimeoutError) as error:
        raise PublishError(f"provisioning failed: {error}") from error
    finally:
        connection.close()
    identity = CameraIdentity(registered.thing_name, folder / f"{camera}.crt", folder / f"{camera}.key")
    _save(identity, certificate=made.certificate_pem, key=made.private_key)
    return identity


def _client(connection: IotCore) -> iotidentity.IotIdentityClientV2:
    if not connection.wait_connected(_TIMEOUT_S):
        raise PublishError(f"cannot connect with the claim certificate: {connection.failure or 'no answer'}")
    return iotidentity.IotIdentityClientV2(connection.client, ClientOptions(2, 0, _TIMEOUT_S))


def _save(identity: CameraIdentity, *, certificate: str, key: str) -> None:
    # Never readable by other users, not even while it is written.
    with os.fdopen(os.open(identity.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
    identity.certificate.write_text(certificate)
