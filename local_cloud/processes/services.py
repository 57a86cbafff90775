"""The services of a local cloud: their commands, environments, and health checks."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from local_cloud.permissions.record import CHECKS
from local_cloud.settings import PERMISSIONS_PATH, CloudSettings

# Variables that services inherit. Profiles, proxies, and secrets stay out: the emulator passes its environment on to
# the deployed functions.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Service:
    """One program of the cloud and how to start it."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health_url: str

    def is_healthy(self) -> bool:
        """Tell whether the service responds and is ready."""
        try:
            answer = httpx.get(self.health_url, timeout=2, trust_env=False)
        except httpx.TransportError:
            return False
        # The emulator also reports ready when its MQTT listener failed.
        return answer.status_code < 500 and '"iot_mtls": "degraded"' not in answer.text


def log_file(settings: CloudSettings, name: str) -> Path:
    """The log of a service, of the supervisor, or of the CDK."""
    return settings.state / "logs" / f"{name}.log"


def temporary_folder(settings: CloudSettings) -> Path:
    """The folder in which the emulator unpacks functions; removed when the cloud ends."""
    return settings.state / "tmp"


def services_of(settings: CloudSettings) -> list[Service]:
    """List the services of this cloud in start order."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ} | settings.client_environment
    environment |= {"TMPDIR": str(temporary_folder(settings)), "PYTHONUNBUFFERED": "1"}
    emulator = {
        "GATEWAY_PORT": str(settings.emulator_port),
        "IOT_MTLS_PORT": str(settings.mqtt_port),
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "AUTH": str(settings.auth).lower(),
        "PERMISSION_RECORD": str(settings.state / CHECKS),
        "PERSIST_STATE": str(int(settings.persist)),
        "S3_PERSIST": str(int(settings.persist)),
        "STATE_DIR": str(settings.state / "emulator"),
        "S3_DATA_DIR": str(settings.state / "emulator" / "s3"),
        # An invalid address, so that the emulator does not clean up containers.
        "DOCKER_HOST": f"unix://{os.devnull}/none",
    }
    kept = ["--data", str(settings.state / "rekognition")] if settings.persist else []
    throttle = ["--tps", str(settings.rekognition_tps)] if settings.rekognition_tps else []
    authorizer = ["--authorizer", f"{settings.endpoints['emulator']}{PERMISSIONS_PATH}"] if settings.auth else []
    python, endpoints = sys.executable, settings.endpoints
    all_services = [
        Service(
            "rekognition",
            [
                python,
                "-m",
                "local_cloud.rekognition",
                "--port",
                str(settings.rekognition_port),
                *kept,
                *throttle,
                *authorizer,
            ],
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
            "inbox",
            [
                python,
                "-m",
                "local_cloud.inbox",
                "--port",
                str(settings.inbox_port),
                "--emulator",
                endpoints["emulator"],
                *(["--data", str(settings.state / "inbox.jsonl")] if settings.persist else []),
            ],
            environment,
            f"{endpoints['inbox']}/inbox.json",
        ),
        Service(
            "emulator",
            [python, "-m", "local_cloud.emulator"],
            environment | emulator,
            f"{endpoints['emulator']}/_ministack/ready",
        ),
    ]
    return [service for service in all_services if service.name in settings.services]
