"""The systemd unit, and the notifications to systemd."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import edge_device

UNIT = (Path(edge_device.__file__).parent / "systemd" / "homeward-edge.service").read_text()


def test_unit_passes_systemd_analyze_verify(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    assert analyse, "systemd-analyze not found. Install it: sudo apt-get install systemd"
    unit = tmp_path / "homeward-edge.service"
    unit.write_text(UNIT.replace("/opt/homeward-edge/venv/bin/homeward-edge", sys.executable))
    answer = subprocess.run([analyse, "verify", str(unit)], capture_output=True, text=True, check=False)
    problems = [line for line in answer.stderr.splitlines() if "homeward-edge.service" in line]
    assert problems == []


@pytest.mark.parametrize("line", ["User=homeward-edge", "Type=notify", "WatchdogSec=60", "NoNewPrivileges=yes"])
def test_unit_has_a_watchdog_and_is_hardened(line: str) -> None:
    assert line in UNIT.splitlines()


def test_program_notifies_systemd_of_ready_watchdog_and_stop(tmp_path: Path, two_passers_by: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(20)
        command = [sys.executable, "-m", "edge_device", "run", "--source", str(two_passers_by), "--camera", "cam-01"]
        command += ["--pace", "fast", "--publisher", "stdout", "--outbox", str(tmp_path / "outbox.db")]
        environment = os.environ | {"NOTIFY_SOCKET": str(address)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            states = [manager.recv(100).decode()]
            while states[-1] != "STOPPING=1":
                states.append(manager.recv(100).decode())
    assert states[0] == "READY=1"
    assert states.count("WATCHDOG=1") > 10
