"""A camera that runs the camera program of the last release, or today's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.common.things import thing_name
from local_cloud.demo.agency import STAGE
from local_cloud.paths import ROOT
from tests.end_to_end.deployed_agency import jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud
    from tests.upgrade.last_release import LastRelease


@dataclass(frozen=True)
class Camera:
    """A camera whose certificate and outbox are in the folder."""

    name: str
    folder: Path
    cloud: Cloud

    def send_as_before(
        self, release: LastRelease, picture: Path, *, is_reachable: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Send a capture with the last release's program. If the broker is unreachable, it stays in the outbox."""
        arguments = self._simulate(picture, thing=self.name, is_reachable=is_reachable)
        return release.run("edge_device", *arguments, environment={})

    def send(self, picture: Path) -> subprocess.CompletedProcess[str]:
        """Send a capture, and all that waits, with today's program as today's thing."""
        arguments = self._simulate(picture, thing=thing_name(STAGE, self.name))
        command = [sys.executable, "-m", "edge_device", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)

    def _simulate(self, picture: Path, *, thing: str, is_reachable: bool = True) -> list[str]:
        pictures = self.folder / f"pictures-of-{self.name}"
        pictures.mkdir(exist_ok=True)
        (pictures / "person.jpg").write_bytes(jpeg(picture))
        settings = {
            "camera": thing,
            "source": str(pictures),
            "mqtt.endpoint": "localhost",
            "mqtt.port": str(self.cloud.settings.mqtt_port if is_reachable else 9),
            "mqtt.certificate": str(self.folder / f"{self.name}.crt"),
            "mqtt.key": str(self.folder / f"{self.name}.key"),
            "mqtt.ca": str(self.cloud.iot_ca),
            "outbox.path": str(self.folder / f"{self.name}.db"),
        }
        options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
        drain_timeout_s = "30" if is_reachable else "0"
        pace = ["--count", "1", "--per-second", "100", "--drain-timeout", drain_timeout_s]
        return ["simulate", str(pictures), *pace, *options]
