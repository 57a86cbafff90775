"""The programs that make up a local cloud: how each is started, and how to tell that it serves."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from local_cloud.settings import CloudSettings

# What programs need of the caller's environment. The rest (profiles, proxies, secrets) stays out: the deployed
# functions inherit what the emulator gets.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Service:
    """One program of the cloud."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health_url: str

    def is_healthy(self) -> bool:
        """Whether it answers, and all of it serves."""
        try:
            answer = httpx.get(self.health_url, timeout=2, trust_env=False)
        except httpx.TransportError:
            return False
        # The emulator says that it is ready without its MQTT listener too.
        return answer.status_code < 500 and '"iot_mtls": "degraded"' not in answer.text


def log_file(settings: CloudSettings, name: str) -> Path:
    """Where the output of a service, or of the keeper, goes."""
    return settings.state / "logs" / f"{name}.log"


def temporary_folder(settings: CloudSettings) -> Path:
    """Where the emulator unpacks functions; removed with the cloud."""
    return settings.state / "tmp"


def services_of(settings: CloudSettings) -> list[Service]:
    """The programs of this cloud, in the order in which they start."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ} | settings.client_environment
    environment |= {"TMPDIR": str(temporary_folder(settings)), "PYTHONUNBUFFERED": "1"}
    emulator = {
        "GATEWAY_PORT": str(settings.emulator_port),
        "IOT_MTLS_PORT": str(settings.mqtt_port),
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "AUTH": str(settings.auth).lower(),
        "STATE_DIR": str(settings.state / "emulator"),
        "S3_DATA_DIR": str(settings.state / "emulator" / "s3"),
        # Without it the emulator looks for containers to clean up.
        "DOCKER_HOST": f"unix://{os.devnull}/none",
    }
    throttle = ["--tps", str(settings.rekognition_tps)] if settings.rekognition_tps else []
    python, endpoints = sys.executable, settings.endpoints
    all_services = [
        Service(
            "rekognition",
            [python, "-m", "local_cloud.rekognition", "--port", str(settings.rekognition_port), *throttle],
            environment,
            f"{endpoints['rekognition']}/health",
        ),
        Service(
            "namus",
            [
                python,
                "-m",
                "local_cloud.namus",
                "--documents",
                str(settings.documents_folder),
                "--port",
                str(settings.namus_port),
            ],
            environment,
            endpoints["namus"],
        ),
        Service(
            "emulator",
            [python, "-m", "local_cloud.emulator"],
            environment | emulator,
            f"{endpoints['emulator']}/_ministack/ready",
        ),
    ]
    return [service for service in all_services if service.name in settings.services]
