"""`homeward camera add --bundle`: one archive with everything that a device needs."""

from __future__ import annotations

import stat
import tomllib
import zipfile
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from edge_device.settings import Settings
from homeward.fleet.bundle import amazon_root
from tests.unit.homeward.commands.camera.conftest import certificates

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_iot import IoTClient
    from typer.testing import Result

    from tests.support.town import Town


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "cam-01.zip"


def add(town: Town, bundle: Path, *options: str) -> Result:
    return town.run("camera", "add", "cam-01", "--site", "North Station", "--bundle", str(bundle), *options)


def test_bundle_has_everything_that_one_camera_needs(town: Town, iot: IoTClient, bundle: Path) -> None:
    added = add(town, bundle, "--source", "rtsp://admin:p#ss@10.0.0.7/s", "--endpoint", "b.example")
    assert added.exit_code == 0, added.stderr
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert list(bundle.parent.glob("*.key")) == []
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    [wheel] = [name for name in files if name.endswith(".whl")]
    assert files.keys() == {
        *("NEXT-STEPS.txt", "camera.toml", "cam-01.crt", "cam-01.key", "AmazonRootCA1.pem"),
        *(wheel, "requirements.txt", "homeward-edge.service", "install"),
    }
    assert (modes["install"], modes["cam-01.key"], modes["camera.toml"]) == (0o755, 0o600, 0o600)
    assert b"PRIVATE KEY" in files["cam-01.key"]
    assert certificates(iot) == ["ACTIVE"]
    text = files["camera.toml"].decode()
    settings = Settings.model_validate(tomllib.loads(text))
    assert (settings.camera, settings.environment) == ("town-dev_cam-01", "town-dev")
    assert (settings.source, settings.mqtt.endpoint) == ("rtsp://admin:p#ss@10.0.0.7/s", "b.example")
    assert str(settings.mqtt.key) == "/etc/homeward-edge/cam-01.key"
    assert str(settings.mqtt.ca) == "/etc/homeward-edge/AmazonRootCA1.pem"
    assert "cam-01 at North Station" in text
    assert "homeward/town-dev/town-dev_cam-01/*" in text
    steps = files["NEXT-STEPS.txt"].decode().splitlines()
    assert [step[0] for step in steps] == ["1", "2", "3"]
    assert all(step in added.stdout for step in steps)


def test_bundle_may_have_the_authority_of_another_broker(town: Town, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("own authority")
    added = add(town, bundle, "--endpoint", "localhost", "--port", "8884", "--ca", str(tmp_path / "own.pem"))
    assert added.exit_code == 0
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("own.pem") == b"own authority"
        mqtt = tomllib.loads(archive.read("camera.toml").decode())["mqtt"]
    assert (mqtt["port"], mqtt["ca"]) == (8884, "/etc/homeward-edge/own.pem")


def test_bundle_that_exists_is_kept_and_nothing_is_registered(town: Town, iot: IoTClient, bundle: Path) -> None:
    bundle.write_text("mine")
    refused = add(town, bundle)
    assert (refused.exit_code, bundle.read_text()) == (1, "mine")
    assert "choose another --bundle" in refused.stderr
    assert iot.list_things()["things"] == []


@pytest.mark.parametrize("where", ["nowhere/cam-01.zip", "cam-01.zip"])
def test_failure_before_registration_leaves_nothing(town: Town, iot: IoTClient, tmp_path: Path, where: str) -> None:
    refused = add(town, tmp_path / where, "--ca", "/nowhere/ca.pem")
    assert refused.exit_code == 1
    assert "/nowhere/ca.pem: it does not exist" in refused.stderr
    assert iot.list_things()["things"] == []
    assert not (tmp_path / where).exists()


def test_taken_name_leaves_no_bundle(town: Town, bundle: Path, tmp_path: Path) -> None:
    assert add(town, bundle).exit_code == 0
    again = add(town, tmp_path / "again.zip")
    assert again.exit_code == 5
    assert not (tmp_path / "again.zip").exists()


def test_bundle_excludes_the_other_ways_to_add(town: Town, bundle: Path) -> None:
    assert add(town, bundle, "--claim", "SN-1").exit_code == 2


def test_authority_is_amazons_root() -> None:
    root = x509.load_pem_x509_certificate(amazon_root())
    assert root.subject.rfc4514_string() == root.issuer.rfc4514_string() == "CN=Amazon Root CA 1,O=Amazon,C=US"
