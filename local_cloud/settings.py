"""The settings of one local cloud: ports, state folder, services."""

import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE

ACCOUNT = "000000000000"
REGION = "us-east-1"
PERMISSIONS_PATH = "/_local_cloud/permissions"
"""Path of the emulator at which the Rekognition server asks for permission checks."""


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """Settings of one local cloud. Clouds with different state folders and ports run side by side.

    Attributes:
        state: Folder of the lock, the logs, and `cloud.json`; made absolute.
        documents: Folder of NamUs documents that the stand-in serves; default `state/documents`.
        services: Services to start. Tests without faces leave out rekognition and namus. The inbox is for
            people; the demo starts it when it keeps the cloud.
        persist: Keep what is deployed and stored in the state folder when the cloud ends, and read it when it starts
            again. Addresses contain ports, so they must stay the same.
        auth: Evaluate IAM, bucket, queue, and IoT policies, and record the checks of roles in `permissions.jsonl`.
        rekognition_tps: Maximum calls per second of one Rekognition operation; None for no throttling.
    """

    state: Path = Path(".local/cloud")
    emulator_port: int = 4566
    mqtt_port: int = 8883
    rekognition_port: int = 4571
    namus_port: int = 4572
    inbox_port: int = 4573
    documents: Path | None = None
    services: tuple[str, ...] = ("rekognition", "namus", "emulator")
    persist: bool = False
    auth: bool = False
    rekognition_tps: float | None = None

    def __post_init__(self) -> None:
        # The processes of the cloud have different working folders.
        object.__setattr__(self, "state", self.state.resolve())

    @property
    def documents_folder(self) -> Path:
        """The folder of NamUs documents that the stand-in serves."""
        return (self.documents or self.state / "documents").resolve()

    @property
    def iot_ca(self) -> Path:
        """PEM file of the certificate authority that signed the MQTT broker's certificate."""
        return self.state / "iot-ca.pem"

    @property
    def ports(self) -> dict[str, int]:
        """The port of each listener, by name."""
        return {
            "emulator": self.emulator_port,
            "mqtt": self.mqtt_port,
            "rekognition": self.rekognition_port,
            "namus": self.namus_port,
            "inbox": self.inbox_port,
        }

    @property
    def endpoints(self) -> dict[str, str]:
        """The URL of each listener, by name."""
        return {
            "emulator": f"http://127.0.0.1:{self.emulator_port}",
            "mqtt": f"mqtts://localhost:{self.mqtt_port}",
            "rekognition": f"http://127.0.0.1:{self.rekognition_port}",
            "namus": f"http://127.0.0.1:{self.namus_port}",
            "inbox": f"http://127.0.0.1:{self.inbox_port}",
        }

    @property
    def client_environment(self) -> dict[str, str]:
        """Environment variables that point AWS SDKs and the CDK command line to this cloud and to no other."""
        return {
            LOCAL_CLOUD_VARIABLE: "1",
            "AWS_ENDPOINT_URL": self.endpoints["emulator"],
            "AWS_ENDPOINT_URL_REKOGNITION": self.endpoints["rekognition"],
            # Not the usual "test": the CDK caches the account by access key, and other emulators use "test".
            "AWS_ACCESS_KEY_ID": "HOMEWARDLOCALCLOUD00",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret-of-any-account",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # No profile of a real account is read.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1,localhost",
            # For the bundles of `homeward camera add`. The broker's certificate names localhost.
            "HOMEWARD_MQTT_ENDPOINT": "localhost",
            "HOMEWARD_MQTT_PORT": str(self.mqtt_port),
            "HOMEWARD_MQTT_CA": str(self.iot_ca),
        }

    def with_free_ports(self) -> "CloudSettings":
        """Copy the settings with ports that are free now."""
        with ExitStack() as held:
            probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in self.ports]
            ports = {f"{name}_port": probe.getsockname()[1] for name, probe in zip(self.ports, probes, strict=True)}
        return replace(self, **ports)

    def ports_in_use(self) -> dict[str, int]:
        """List this cloud's ports on which another process listens."""
        started = {*self.services, *(["mqtt"] if "emulator" in self.services else [])}
        return {name: port for name, port in self.ports.items() if name in started and not _is_free(port)}


# The supervisor gets the settings as JSON on its command line.
SETTINGS_JSON = TypeAdapter(CloudSettings)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Otherwise a port that was closed a moment ago counts as in use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
