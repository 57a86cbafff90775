"""Pack all that one camera needs: its settings, certificate and key, the broker's authority, and the program."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import certifi

from edge_device.camera_file import CameraFile
from edge_device.release import installer
from edge_device.wheel import zipped
from homeward.fleet.registration import register_camera

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

_SETTINGS = PurePosixPath("/etc/homeward-edge")
_ROOT_CA = "AmazonRootCA1.pem"
_ROOT_LABEL = '# Label: "Amazon Root CA 1"'


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What the camera looks at, and the broker. Without `ca`, it is AWS IoT, which Amazon's root certifies."""

    source: str
    endpoint: str
    port: int = 8883
    ca: Path | None = None


def register_with_bundle(
    deployment: Deployment, camera: str, *, site: str, bundle: Path, connection: Connection
) -> list[str]:
    """Register a camera and write its bundle, readable only by its owner. Return the three next steps.

    The key exists nowhere else.

    Raises:
        FileExistsError: The bundle exists.
        OSError: The bundle or the authority's file cannot be used. Nothing is registered then.
        NameTakenError, UnusableNameError: As `register_camera`.
    """
    authority = connection.ca.read_bytes() if connection.ca else amazon_root()
    with os.fdopen(os.open(bundle, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            with tempfile.TemporaryDirectory() as folder:
                certificate, key = Path(folder, f"{camera}.crt"), Path(folder, f"{camera}.key")
                thing = register_camera(deployment, camera, site=site, certificate=certificate, key=key)
                identity = {each.name: each.read_bytes() for each in (certificate, key)}
        except BaseException:
            bundle.unlink()  # an empty file would block the next attempt
            raise
        ca = connection.ca.name if connection.ca else _ROOT_CA
        settings = CameraFile(
            camera=thing,
            environment=deployment.stage,
            source=connection.source,
            endpoint=connection.endpoint,
            port=connection.port,
            certificate=_SETTINGS / f"{camera}.crt",
            key=_SETTINGS / f"{camera}.key",
            ca=_SETTINGS / ca,
        )
        steps = _next_steps(bundle.name, bundle.stem)
        program, modes = installer()
        files = {
            "NEXT-STEPS.txt": "".join(f"{line}\n" for line in steps).encode(),
            "camera.toml": settings.text(note=f"{camera} at {site}").encode(),
            **identity,
            ca: authority,
            **program,
        }
        private = dict.fromkeys(("camera.toml", f"{camera}.key"), 384)
        file.write(zipped(files, modes=modes | private))
    return steps


def amazon_root() -> bytes:
    """Return Amazon Root CA 1, which certifies AWS IoT's endpoints, from Mozilla's list of authorities."""
    after = Path(certifi.where()).read_text(encoding="utf-8").partition(_ROOT_LABEL)[2]
    start, end = after.index("-----BEGIN"), after.index("-----END CERTIFICATE-----")
    return f"{after[start:end]}-----END CERTIFICATE-----\n".encode()


def _next_steps(bundle: str, folder: str) -> list[str]:
    return [
        f"1. Copy {bundle} to the device, and there: unzip {bundle} -d {folder} && cd {folder} && sudo ./install",
        "2. sudo homeward-edge setup --config /etc/homeward-edge/camera.toml",
        "3. sudo systemctl restart homeward-edge",
    ]
