"""Cameras join, send, and are revoked: the operator's and the camera's own programs against the deployed fleet."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT
from tests.end_to_end.conftest import PERSON, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Town


def homeward(town: Town, *arguments: str) -> subprocess.CompletedProcess[str]:
    return town.homeward("camera", *arguments, code=None)


def edge(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_device", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


def send(town: Town, camera: str, folder: Path, *, within_s: float = 60) -> subprocess.CompletedProcess[str]:
    """One capture of the person, with the certificate that is in the folder."""
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    (pictures / "person.jpg").write_bytes(jpeg(PERSON[1]))
    settings = {
        "camera": camera,
        "source": str(pictures),
        "mqtt.endpoint": "localhost",
        "mqtt.port": str(town.cloud.settings.mqtt_port),
        "mqtt.certificate": str(folder / f"{camera}.crt"),
        "mqtt.key": str(folder / f"{camera}.key"),
        "mqtt.ca": str(town.cloud.iot_ca),
        "outbox.path": str(folder / "outbox.db"),
    }
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    pace = ["--count", "1", "--per-second", "100", "--drain-timeout", str(within_s)]
    return edge("simulate", str(pictures), *pace, *options)


def states(town: Town) -> dict[str, str]:
    listed = homeward(town, "list", "--json")
    assert listed.returncode == 0, listed.stderr
    return {row["camera"]: row["state"] for row in json.loads(listed.stdout)}


def test_a_camera_that_was_added_sends_until_it_is_revoked(town: Town, tmp_path: Path) -> None:
    added = homeward(town, "add", "dock-1", "--site", "Ferry dock", "--folder", str(tmp_path))
    assert added.returncode == 0, added.stderr
    assert (tmp_path / "dock-1.key").stat().st_mode & 0o077 == 0
    assert states(town)["dock-1"] == "active"
    started = time.monotonic()
    sent = send(town, "dock-1", tmp_path)
    took_s = time.monotonic() - started
    assert sent.returncode == 0, sent.stderr
    [text] = wait_until("the alert", lambda: town.alerts_at("dock-1"))
    assert "Now at Ferry dock" in text

    assert homeward(town, "revoke", "dock-1").returncode == 0
    assert "dock-1" not in states(town)
    assert homeward(town, "revoke", "dock-1").returncode == 3
    # All of a capture that is taken, from the start of the program on, lasts no longer; so this waits long enough.
    refused = send(town, "dock-1", tmp_path, within_s=took_s)
    assert refused.returncode == 3, "the capture waits in the outbox"
    assert "connection failed" in refused.stdout + refused.stderr
    assert len(town.encounters_at("dock-1")[0]["sightings"]) == 1


def test_a_device_joins_by_claim_only_where_a_place_is_reserved_for_it(town: Town, tmp_path: Path) -> None:
    claimed = homeward(town, "claim-certificate", "--folder", str(tmp_path))
    assert claimed.returncode == 0, claimed.stderr
    reserved = homeward(town, "add", "dock-2", "--site", "Pier", "--claim", "SN-0042")
    assert reserved.returncode == 0, reserved.stderr
    assert states(town)["dock-2"] == "reserved"

    def provision(serial_number: str) -> subprocess.CompletedProcess[str]:
        claim = ["--claim-cert", str(tmp_path / "claim.crt"), "--claim-key", str(tmp_path / "claim.key")]
        broker = ["--endpoint", "localhost", "--port", str(town.cloud.settings.mqtt_port)]
        fleet = ["--template", town.deployment["ProvisioningTemplate"], "--ca", str(town.cloud.iot_ca)]
        device = ["--camera", "dock-2", "--serial-number", serial_number, "--folder", str(tmp_path)]
        return edge("provision", *claim, *broker, *fleet, *device)

    assert provision("SN-9999").returncode != 0
    assert not (tmp_path / "dock-2.crt").exists()
    joined = provision("SN-0042")
    assert joined.returncode == 0, joined.stderr
    assert states(town)["dock-2"] == "active"
    again = provision("SN-0042")
    assert again.returncode != 0, "a place is taken once"
    sent = send(town, "dock-2", tmp_path)
    assert sent.returncode == 0, sent.stderr
    wait_until("the alert", lambda: town.alerts_at("dock-2"))


def test_a_dry_run_does_nothing(town: Town, tmp_path: Path) -> None:
    add = ["add", "dock-3", "--site", "Pier", "--folder", str(tmp_path)]
    before = states(town)
    assert homeward(town, *add, "--dry-run").stdout.startswith("would ")
    assert states(town) == before
    assert not list(tmp_path.iterdir())
    assert homeward(town, *add).returncode == 0
    added = states(town)
    assert homeward(town, "revoke", "dock-3", "--dry-run").stdout.startswith("would ")
    assert states(town) == added
    assert homeward(town, "revoke", "dock-3").returncode == 0
    assert states(town) == before
