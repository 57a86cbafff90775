"""Cameras of a local cloud: things with a certificate, as an operator would make them in AWS IoT."""

from dataclasses import dataclass
from pathlib import Path

from homeward.fleet import delete_certificate, id_of, new_certificate
from local_cloud.cloud import Cloud


@dataclass(frozen=True)
class NewCamera:
    """What the camera program needs to connect.

    Attributes:
        host: A name that is in the broker's certificate; clients verify it.
    """

    thing: str
    host: str
    port: int
    certificate: Path
    key: Path
    ca: Path
    certificate_id: str


def new_camera(cloud: Cloud, thing_name: str, policy_name: str, folder: Path) -> NewCamera:
    """Make a thing with its own certificate and write `camera.crt`, `camera.key` and `ca.pem` into a folder.

    A thing of that name that exists is used; it gets one more certificate.

    Args:
        cloud: Where to make it.
        thing_name: The camera's name: its MQTT client id, and a part of its topics.
        policy_name: The IoT policy that says what it may do.
        folder: Made when it is not there; its files are replaced.
    """
    iot = cloud.client("iot")
    iot.create_thing(thingName=thing_name)
    certificate, key, ca = folder / "camera.crt", folder / "camera.key", folder / "ca.pem"
    key.unlink(missing_ok=True)
    arn = new_certificate(iot, [policy_name], thing=thing_name, certificate=certificate, key=key)
    ca.write_text(cloud.iot_ca.read_text(encoding="utf-8"), encoding="utf-8")
    return NewCamera(thing_name, "localhost", cloud.settings.mqtt_port, certificate, key, ca, id_of(arn))


def remove_camera(cloud: Cloud, thing_name: str) -> None:
    """Delete a thing with its certificates: a policy that a certificate has cannot be destroyed with its stack."""
    iot = cloud.client("iot")
    for arn in iot.list_thing_principals(thingName=thing_name)["principals"]:
        delete_certificate(iot, arn, thing=thing_name)
    iot.delete_thing(thingName=thing_name)
