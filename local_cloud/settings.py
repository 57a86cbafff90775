"""What one local cloud listens on and where it keeps its state."""

import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

ACCOUNT = "000000000000"
REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """One local cloud; several run side by side when their state folders and ports differ.

    Attributes:
        state: Folder of the lock, the logs and `cloud.json`; made absolute.
        documents: Folder of NamUs documents that the stand-in serves; `state/documents` when None.
        services: The programs to start; a test that needs no faces leaves the others out.
        auth: Whether the emulator evaluates IAM, bucket, queue and IoT policies.
        rekognition_tps: Calls a second of one operation beyond which the Rekognition server throttles; None for never.
    """

    state: Path = Path(".local/cloud")
    emulator_port: int = 4566
    mqtt_port: int = 8883
    rekognition_port: int = 4571
    namus_port: int = 4572
    documents: Path | None = None
    services: tuple[str, ...] = ("rekognition", "namus", "emulator")
    auth: bool = False
    rekognition_tps: float | None = None

    def __post_init__(self) -> None:
        # Every process of the cloud uses it, whatever its working folder is.
        object.__setattr__(self, "state", self.state.resolve())

    @property
    def documents_folder(self) -> Path:
        """The folder of NamUs documents that the stand-in serves."""
        return (self.documents or self.state / "documents").resolve()

    @property
    def ports(self) -> dict[str, int]:
        """Port of each listener, by the name of what listens."""
        return {
            "emulator": self.emulator_port,
            "mqtt": self.mqtt_port,
            "rekognition": self.rekognition_port,
            "namus": self.namus_port,
        }

    @property
    def endpoints(self) -> dict[str, str]:
        """Address of each listener, by the name of what listens."""
        return {
            "emulator": f"http://127.0.0.1:{self.emulator_port}",
            # The name in the broker's certificate, so that clients verify it.
            "mqtt": f"mqtts://localhost:{self.mqtt_port}",
            "rekognition": f"http://127.0.0.1:{self.rekognition_port}",
            "namus": f"http://127.0.0.1:{self.namus_port}",
        }

    @property
    def client_environment(self) -> dict[str, str]:
        """The variables with which any AWS SDK, and the CDK command line, reach this cloud and no other."""
        return {
            "AWS_ENDPOINT_URL": self.endpoints["emulator"],
            "AWS_ENDPOINT_URL_REKOGNITION": self.endpoints["rekognition"],
            # Not the usual "test": a key that other emulators share would let the CDK's cache mix up accounts.
            "AWS_ACCESS_KEY_ID": "HOMEWARDLOCALCLOUD00",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret-of-any-account",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The profiles of a real account must not leak in.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def with_free_ports(self) -> "CloudSettings":
        """The same cloud on ports that nothing listens on now."""
        with ExitStack() as held:
            probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in self.ports]
            emulator, mqtt, rekognition, namus = (probe.getsockname()[1] for probe in probes)
        return replace(self, emulator_port=emulator, mqtt_port=mqtt, rekognition_port=rekognition, namus_port=namus)

    def ports_in_use(self) -> dict[str, int]:
        """The ports of this cloud that some process already listens on."""
        started = {*self.services, *(["mqtt"] if "emulator" in self.services else [])}
        return {name: port for name, port in self.ports.items() if name in started and not _is_free(port)}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Without it a port that was closed a moment ago counts as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
