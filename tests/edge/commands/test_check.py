"""`homeward-edge check`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.edge.support.broker import Broker, Observer, free_port, wait_until
from tests.edge.support.camera_file import write_camera_file
from tests.edge.support.command_line import homeward_edge
from tests.support.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path


def grades(config: Path, *options: str) -> dict[str, tuple[str, str]]:
    result = homeward_edge("check", "--config", str(config), "--json", *options)
    return {row["name"]: (row["grade"], row["finding"] + " " + row["advice"]) for row in json.loads(result.stdout)}


def test_check_passes_for_a_working_camera(config: Path) -> None:
    result = homeward_edge("check", "--config", str(config))
    assert result.exit_code == 0, result.output
    assert "failed" not in result.stdout
    for name in ("camera", "detector", "outbox", "certificate", "broker", "connection", "homeward/v1/cam-01/faces"):
        assert name in result.stdout
    assert "AWS_ERROR" not in result.output, "the log of a connection that the program ends"


def test_check_shows_each_result_as_it_comes(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError("no clock")

    monkeypatch.setattr("edge_device.commands.check.check_clock", fails)
    result = homeward_edge("check", "--config", str(config))
    assert result.exit_code == 1
    assert result.stdout.startswith("ok      camera ")


def test_check_reports_an_expired_certificate(
    tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path
) -> None:
    config = write_camera_file(tmp_path, broker, authority, two_passers_by, days=-1)
    grade, text = grades(config)["certificate"]
    assert grade == "failed"
    assert "it expired on" in text
    assert "homeward camera add" in text


def test_check_reports_a_key_of_another_certificate(config: Path, authority: Authority) -> None:
    other = authority.issue("other")
    assert grades(config, "--set", f"mqtt.key={other.key}")["certificate"][0] == "failed"


def test_check_reports_a_closed_port(config: Path) -> None:
    grade, text = grades(config, "--set", f"mqtt.port={free_port()}")["broker"]
    assert grade == "failed"
    assert "Connection refused" in text


def test_check_reports_a_broker_that_is_not_trusted(config: Path, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    foreign = Authority(tmp_path / "foreign", "Foreign authority")
    grade, text = grades(config, "--set", f"mqtt.ca={foreign.ca}")["broker"]
    assert grade == "failed"
    assert "mqtt.ca" in text


def test_check_tells_a_wrong_name_from_a_wrong_authority(config: Path) -> None:
    grade, text = grades(config, "--set", "mqtt.endpoint=localhost.localdomain.invalid")["broker"]
    assert (grade, text) == (
        "failed",
        "localhost.localdomain.invalid has no address check mqtt.endpoint and the network's DNS",
    )
    # The address of the broker, written as its certificate does not have it.
    grade, text = grades(config, "--set", 'mqtt.endpoint="127.1"')["broker"]
    assert grade == "failed"
    assert "check mqtt.endpoint: this certificate is for another host" in text


def test_check_names_a_key_that_is_missing(config: Path) -> None:
    text = grades(config, "--set", "mqtt.key=/nowhere/cam.key")["certificate"][1]
    assert text.startswith("/nowhere/cam.key: it does not exist ")


def test_check_reports_a_topic_that_the_policy_does_not_allow(
    tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path
) -> None:
    config = write_camera_file(
        tmp_path, broker, authority, two_passers_by, thing="cam-02"
    )  # with the certificate of cam-01
    result = homeward_edge("check", "--config", str(config))
    assert result.exit_code == 1
    assert "homeward/v1/cam-02/faces" in result.stdout
    assert "the device policy must allow iot:Publish" in result.stdout


def test_check_reports_a_missing_camera(config: Path) -> None:
    grade, text = grades(config, "--set", "source=/nowhere/walk.mp4")["camera"]
    assert grade == "failed"
    assert "does not exist" in text


def test_check_passes_without_a_broker(two_passers_by: Path, tmp_path: Path) -> None:
    settings = {"camera": "c", "source": two_passers_by, "mqtt.publisher": "stdout", "outbox.path": tmp_path / "o.db"}
    result = homeward_edge(
        "check", *(part for name, value in settings.items() for part in ("--set", f"{name}={value}"))
    )
    assert result.exit_code == 0, result.output
    assert '"retain":true,"message":null' in result.stdout
    assert "connection   accepted as c" in result.stdout


@pytest.mark.parametrize("publisher", ["greengrass-v1", "greengrass-v2"])
def test_check_reports_a_missing_greengrass(config: Path, publisher: str) -> None:
    grade, text = grades(config, "--set", f"mqtt.publisher={publisher}")["connection"]
    assert grade == "failed"
    assert "Greengrass" in text


@pytest.mark.parametrize("password", ["p[w", "pa#ss1", "p/a?s"])
def test_check_reports_a_camera_that_does_not_answer_without_its_password(
    config: Path, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_device.checks.device._CAMERA_TIMEOUT_S", 0.1)
    source = f"rtsp://admin:{password}@127.0.0.1:{free_port()}/s"
    result = homeward_edge("check", "--config", str(config), "--set", f"source={source}")
    assert "it gives no frames. Open the same URL" in result.stdout
    assert password not in result.output


def test_check_sends_no_capture_that_the_cloud_would_search(config: Path, broker: Broker) -> None:
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    homeward_edge("check", "--config", str(config))
    wait_until(lambda: observer.messages)
    assert all(message["detection"]["confidence"] <= 0.8 for _, message in observer.messages)
    observer.close()
