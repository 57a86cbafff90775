"""`homeward-edge setup`: from a camera and a certificate to a settings file that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import pytest

from edge_device.cameras.local_cameras import LocalCamera, local_cameras
from edge_device.settings import read_settings
from tests.edge.support.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.support.broker import Broker
    from tests.support.certificates import Authority


@pytest.fixture
def identity(broker: Broker, authority: Authority) -> list[str]:
    """The options that a new settings file needs."""
    own = authority.issue("cam-01")
    return [
        *("--camera", "cam-01", "--endpoint", "127.0.0.1", "--port", str(broker.port)),
        *("--cert", str(own.certificate), "--key", str(own.key), "--ca", str(authority.ca)),
    ]


def test_setup_writes_a_file_with_which_the_camera_works(
    identity: list[str], two_passers_by: Path, tmp_path: Path
) -> None:
    config, picture = tmp_path / "etc" / "camera.toml", tmp_path / "setup.jpg"
    files = ("--config", str(config), "--picture", str(picture))
    result = homeward_edge("setup", *files, "--source", str(two_passers_by), *identity)
    assert result.exit_code == 0, result.output
    assert "accepted as cam-01" in result.stdout
    assert "ok      topic        homeward/v1/cam-01/faces" in result.stdout
    assert cv2.imread(str(picture)) is not None
    assert config.stat().st_mode & 0o777 == 0o640
    settings = read_settings(config, {})
    assert (settings.camera, settings.source) == ("cam-01", str(two_passers_by))
    assert list(config.parent.iterdir()) == [config]


def test_setup_changes_only_the_source_of_a_file(config: Path, two_passers_by: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.symlink_to(two_passers_by)
    before = config.read_text().replace(f'source = "{two_passers_by}"', 'source = "0"  # the webcam')
    config.write_text(before)
    picture = ("--picture", str(tmp_path / "setup.jpg"))
    assert homeward_edge("setup", "--config", str(config), "--source", str(other), *picture).exit_code == 0
    assert config.read_text() == before.replace('"0"', f'"{other}"')


def test_camera_without_a_picture_leaves_the_file_as_it_was(config: Path, tmp_path: Path) -> None:
    before = config.read_text()
    result = homeward_edge("setup", "--config", str(config), "--source", "/nowhere.mp4")
    assert result.exit_code == 1
    assert "/nowhere.mp4 does not exist" in result.stderr
    assert config.read_text() == before


def test_broker_that_does_not_answer_fails_after_writing(config: Path, two_passers_by: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text().replace("127.0.0.1", "broker.invalid"))
    options = ("--config", str(config), "--source", str(two_passers_by), "--picture", str(tmp_path / "setup.jpg"))
    result = homeward_edge("setup", *options)
    assert result.exit_code == 1
    assert "broker.invalid has no address" in result.stdout


def test_new_file_names_the_options_that_it_needs(tmp_path: Path) -> None:
    result = homeward_edge("setup", "--config", str(tmp_path / "camera.toml"), "--source", "0", "--camera", "cam-01")
    assert result.exit_code == 2
    assert "a new settings file also needs --endpoint, --cert, --key" in result.stderr


def test_cameras_are_found_by_their_names(tmp_path: Path) -> None:
    for device, index, name in (("video10", "0", "Door"), ("video0", "0", "HD Webcam"), ("video1", "1", "HD Webcam")):
        (tmp_path / device).mkdir()
        (tmp_path / device / "index").write_text(f"{index}\n")
        (tmp_path / device / "name").write_text(f"{name}\n")
    found = [LocalCamera("/dev/video0", "HD Webcam"), LocalCamera("/dev/video10", "Door")]
    assert local_cameras(tmp_path) == found


def test_setup_asks_for_the_camera_that_no_option_names(
    config: Path, two_passers_by: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_device.commands.setup.local_cameras", lambda: [LocalCamera(str(two_passers_by), "Door")])
    options = ("setup", "--config", str(config), "--picture", str(tmp_path / "setup.jpg"))
    result = homeward_edge(*options, stdin="\n")
    assert result.exit_code == 0, result.output
    assert f"{two_passers_by}  Door" in result.stdout
    assert read_settings(config, {}).source == str(two_passers_by)
