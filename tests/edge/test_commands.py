"""The other commands of `homeward-edge`."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from edge_device.outbox import Outbox
from tests.edge.broker import Broker, Observer, free_port, wait_until
from tests.edge.certificates import Authority
from tests.edge.command_line import homeward_edge
from tests.edge.conftest import FACES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path) -> Path:
    """The settings file of a camera that works."""
    return write_config(tmp_path, broker, authority, two_passers_by)


def write_config(
    folder: Path, broker: Broker, authority: Authority, video: Path, *, thing: str = "cam-01", days: float = 100
) -> Path:
    identity = authority.issue("cam-01", days=days)
    file = folder / "camera.toml"
    file.write_text(f"""
camera = "{thing}"
source = "{video}"
pace = "fast"
[mqtt]
endpoint = "127.0.0.1"
port = {broker.port}
certificate = "{identity.certificate}"
key = "{identity.key}"
ca = "{authority.ca}"
[outbox]
path = "{folder / "outbox.db"}"
most_mb = 10
""")
    return file


def grades(config: Path, *options: str) -> dict[str, tuple[str, str]]:
    result = homeward_edge("check", "--config", str(config), "--json", *options)
    return {row["name"]: (row["grade"], row["finding"] + " " + row["advice"]) for row in json.loads(result.stdout)}


def test_check_of_a_camera_that_works(config: Path) -> None:
    result = homeward_edge("check", "--config", str(config))
    assert result.exit_code == 0, result.output
    assert "failed" not in result.stdout
    for name in ("camera", "detector", "outbox", "certificate", "broker", "connection", "homeward/v1/cam-01/faces"):
        assert name in result.stdout


def test_check_says_that_the_certificate_has_expired(
    tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path
) -> None:
    config = write_config(tmp_path, broker, authority, two_passers_by, days=-1)
    grade, text = grades(config)["certificate"]
    assert grade == "failed"
    assert "it expired on" in text
    assert "homeward camera add" in text


def test_check_says_when_key_and_certificate_do_not_belong_together(config: Path, authority: Authority) -> None:
    other = authority.issue("other")
    assert grades(config, "--set", f"mqtt.key={other.key}")["certificate"][0] == "failed"


def test_check_says_that_the_port_is_closed(config: Path) -> None:
    grade, text = grades(config, "--set", f"mqtt.port={free_port()}")["broker"]
    assert grade == "failed"
    assert "Connection refused" in text


def test_check_says_that_the_broker_is_not_who_it_should_be(config: Path, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    foreign = Authority(tmp_path / "foreign", "Foreign authority")
    grade, text = grades(config, "--set", f"mqtt.ca={foreign.ca}")["broker"]
    assert grade == "failed"
    assert "mqtt.ca" in text


def test_check_says_which_topic_the_policy_does_not_allow(
    tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path
) -> None:
    config = write_config(tmp_path, broker, authority, two_passers_by, thing="cam-02")  # with the certificate of cam-01
    result = homeward_edge("check", "--config", str(config))
    assert result.exit_code == 1
    assert "homeward/v1/cam-02/faces" in result.stdout
    assert "the device policy must allow iot:Publish" in result.stdout


def test_check_says_that_the_camera_is_not_there(config: Path) -> None:
    grade, text = grades(config, "--set", "source=/nowhere/walk.mp4")["camera"]
    assert grade == "failed"
    assert "does not exist" in text


def test_check_never_makes_a_capture_that_the_cloud_would_search(config: Path, broker: Broker) -> None:
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    homeward_edge("check", "--config", str(config))
    wait_until(lambda: observer.messages)
    assert all(message["detection"]["confidence"] <= 0.8 for _, message in observer.messages)
    observer.close()


def test_outbox_is_listed_and_flushed(config: Path, broker: Broker, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("capture-1", "homeward/v1/cam-01/faces", b'{"capture_id":"capture-1"}')
    listed = homeward_edge("outbox", "ls", "--config", str(config))
    assert "capture-1" in listed.stdout
    assert "1 waiting, 0 sent, 0 dropped" in listed.stdout
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    flushed = homeward_edge("outbox", "flush", "--config", str(config))
    assert (flushed.exit_code, flushed.stdout) == (0, "sent capture-1\nnothing waits any more\n")
    wait_until(lambda: observer.capture_ids() == ["capture-1"])
    observer.close()
    assert json.loads(homeward_edge("outbox", "ls", "--config", str(config), "--json").stdout) == []


def test_flush_without_a_broker_says_what_still_waits(config: Path, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("capture-1", "homeward/v1/cam-01/faces", b"{}")
    wrong_port = ("--set", f"mqtt.port={free_port()}")
    result = homeward_edge("outbox", "flush", "--config", str(config), *wrong_port, "--timeout", "0.2")
    assert result.exit_code == 3
    assert "1 messages still wait" in result.stderr


def test_replay_shows_the_captures_and_writes_their_crops(two_passers_by: Path, tmp_path: Path) -> None:
    result = homeward_edge("replay", str(two_passers_by), "--crops", str(tmp_path / "crops"), "--json")
    rows = json.loads(result.stdout)
    assert len({row["track"] for row in rows}) == 2
    assert sorted(path.name for path in (tmp_path / "crops").iterdir()) == sorted(
        f"{row['track']}-{row['shot']}.jpg" for row in rows
    )
    fewer = json.loads(homeward_edge("replay", str(two_passers_by), "--set", "faces.min_px=400", "--json").stdout)
    assert fewer == []


def test_snapshot_marks_the_faces(tmp_path: Path) -> None:
    portrait = cv2.resize(np.asarray(cv2.imread(str(FACES / "male" / "1.jpg"))), (300, 300))
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "a.png"), portrait)
    out = tmp_path / "aim.png"
    result = homeward_edge("snapshot", str(out), "--source", str(tmp_path / "pictures"), "--set", "camera=cam-01")
    assert result.exit_code == 0, result.output
    assert "300 x 300 pixels, faces:" in result.stdout
    marked = np.asarray(cv2.imread(str(out)))
    assert (marked == (90, 200, 90)).all(axis=2).sum() > 400


def test_snapshot_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((50, 50, 3), np.uint8))
    options = ("--source", str(tmp_path), "--set", "camera=cam-01")
    assert "cannot be written" in homeward_edge("snapshot", str(tmp_path / "aim.gif"), *options).stderr


def test_simulate_sends_captures_of_real_faces(config: Path, broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for number in (1, 4):
        shutil.copy(FACES / "male" / f"{number}.jpg", tmp_path / "pictures" / f"{number}.jpg")
    cv2.imwrite(str(tmp_path / "pictures" / "nobody.jpg"), np.zeros((100, 100, 3), np.uint8))
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    pace = ("--count", "6", "--per-second", "100")
    result = homeward_edge("simulate", str(tmp_path / "pictures"), "--config", str(config), *pace)
    assert result.stdout == "6 captures of 2 faces were acknowledged\n"
    wait_until(lambda: len(observer.messages) == 6)
    assert len(set(observer.capture_ids())) == 6
    assert len({message["image"]["sha256"] for _, message in observer.messages}) == 2
    observer.close()


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("mqtt.port", "write KEY=VALUE"),
        ("mqtt.port=high", "mqtt.port: Input should be a valid integer"),
        ("faces.min_confidence=0.5", "faces.min_confidence: Input should be greater than or equal to 0.8"),
        ("detection.kind=no.such:Thing", "neither 'yunet' nor 'package.module:Class'"),
    ],
)
def test_wrong_settings_are_told_in_one_line(two_passers_by: Path, assignment: str, said: str) -> None:
    result = homeward_edge("replay", str(two_passers_by), "--set", assignment)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
