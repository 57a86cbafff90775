"""Cameras join, send, and are revoked: the operator's and the camera's programs against a deployed fleet."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

from edge_device.settings import read_settings
from lambdas.common.things import thing_name
from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT
from tests.end_to_end.deployed_agency import PERSON, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.deployed_agency import DeployedAgency


def homeward(agency: DeployedAgency, *arguments: str) -> subprocess.CompletedProcess[str]:
    return agency.homeward("camera", *arguments, code=None)


def edge(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_device", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


def send(
    agency: DeployedAgency, camera: str, folder: Path, *, within_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """Send one capture of the person, with the certificate in the folder."""
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    (pictures / "person.jpg").write_bytes(jpeg(PERSON[1]))
    settings = {
        "camera": thing_name(agency.deployment.stage, camera),
        "source": str(pictures),
        "mqtt.endpoint": "localhost",
        "mqtt.port": str(agency.cloud.settings.mqtt_port),
        "mqtt.certificate": str(folder / f"{camera}.crt"),
        "mqtt.key": str(folder / f"{camera}.key"),
        "mqtt.ca": str(agency.cloud.iot_ca),
        "outbox.path": str(folder / "outbox.db"),
    }
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    pace = ["--count", "1", "--per-second", "100", "--drain-timeout", str(within_s)]
    return edge("simulate", str(pictures), *pace, *options)


def statuses(agency: DeployedAgency) -> dict[str, str]:
    listed = homeward(agency, "list", "--json")
    assert listed.returncode == 0, listed.stderr
    return {row["camera"]: row["state"] for row in json.loads(listed.stdout)}


def test_an_added_camera_sends_until_it_is_revoked(agency: DeployedAgency, tmp_path: Path) -> None:
    broker = [
        "--endpoint",
        "localhost",
        "--port",
        str(agency.cloud.settings.mqtt_port),
        "--ca",
        str(agency.cloud.iot_ca),
    ]
    bundle = tmp_path / "dock-1.zip"
    added = homeward(agency, "add", "dock-1", "--site", "Ferry dock", "--bundle", str(bundle), *broker)
    assert added.returncode == 0, added.stderr
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    settings = read_settings(tmp_path / "camera.toml", {})
    assert settings.camera == thing_name(agency.deployment.stage, "dock-1")
    assert (settings.mqtt.endpoint, settings.mqtt.port) == ("localhost", agency.cloud.settings.mqtt_port)
    assert statuses(agency)["dock-1"] == "active"
    started = time.monotonic()
    sent = send(agency, "dock-1", tmp_path)
    took_s = time.monotonic() - started
    assert sent.returncode == 0, sent.stderr
    [text] = wait_until("the alert", lambda: agency.alerts_at("dock-1"))
    assert "Seen at Ferry dock, " in text

    assert homeward(agency, "revoke", "dock-1").returncode == 0
    assert "dock-1" not in statuses(agency)
    assert homeward(agency, "revoke", "dock-1").returncode == 3
    # An accepted capture took this long, from the program's start on: a refusal comes sooner.
    refused = send(agency, "dock-1", tmp_path, within_s=took_s)
    assert refused.returncode == 3, "the capture waits in the outbox"
    assert "connection failed" in refused.stdout + refused.stderr
    assert len(agency.encounters_at("dock-1")[0]["sightings"]) == 1


def test_a_device_joins_by_claim_only_with_a_reservation(agency: DeployedAgency, tmp_path: Path) -> None:
    claimed = homeward(agency, "claim-certificate", "--folder", str(tmp_path))
    assert claimed.returncode == 0, claimed.stderr
    reserved = homeward(agency, "add", "dock-2", "--site", "Pier", "--claim", "SN-0042")
    assert reserved.returncode == 0, reserved.stderr
    assert statuses(agency)["dock-2"] == "reserved"

    def provision(serial_number: str) -> subprocess.CompletedProcess[str]:
        claim = ["--claim-cert", str(tmp_path / "claim.crt"), "--claim-key", str(tmp_path / "claim.key")]
        broker = ["--endpoint", "localhost", "--port", str(agency.cloud.settings.mqtt_port)]
        fleet = ["--template", agency.deployment["ProvisioningTemplate"], "--ca", str(agency.cloud.iot_ca)]
        device = ["--camera", "dock-2", "--serial-number", serial_number, "--folder", str(tmp_path)]
        return edge("provision", *claim, *broker, *fleet, *device)

    assert provision("SN-9999").returncode != 0
    assert not (tmp_path / "dock-2.crt").exists()
    joined = provision("SN-0042")
    assert joined.returncode == 0, joined.stderr
    assert statuses(agency)["dock-2"] == "active"
    again = provision("SN-0042")
    assert again.returncode != 0, "a reservation is used once"
    sent = send(agency, "dock-2", tmp_path)
    assert sent.returncode == 0, sent.stderr
    wait_until("the alert", lambda: agency.alerts_at("dock-2"))


def test_a_dry_run_changes_nothing(agency: DeployedAgency, tmp_path: Path) -> None:
    add = ["add", "dock-3", "--site", "Pier", "--folder", str(tmp_path)]
    before = statuses(agency)
    assert homeward(agency, *add, "--dry-run").stdout.startswith("would ")
    assert statuses(agency) == before
    assert not list(tmp_path.iterdir())
    assert homeward(agency, *add).returncode == 0
    added = statuses(agency)
    assert homeward(agency, "revoke", "dock-3", "--dry-run").stdout.startswith("would ")
    assert statuses(agency) == added
    assert homeward(agency, "revoke", "dock-3").returncode == 0
    assert statuses(agency) == before
