"""A camera and the local cloud's AWS IoT: device policy, revocation, and remote settings by the shadow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import IotCore
from edge_device.publishers.stdout import Stdout
from edge_device.remote.shadow import CameraShadow, RemoteSettings
from edge_device.settings import FaceSettings
from tests.edge.support.broker import wait_until
from tests.edge.support.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_device.publishers.iot_core import Endpoint


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    emulator.start()
    yield emulator
    emulator.stop()


def connected(endpoint: Endpoint, thing: str) -> IotCore:
    publisher = IotCore(endpoint, thing=thing, ack_timeout_s=3)
    publisher.connect()
    assert publisher.wait_connected(10), publisher.failure
    return publisher


def test_policy_allows_every_topic_of_the_camera(emulator: Emulator) -> None:
    publisher = connected(emulator.new_camera("cam-11")[0], "cam-11")
    for topic, retain in (("faces", False), ("health", False), ("status", True)):
        publisher.publish(f"homeward/v1/cam-11/{topic}", b"{}", retain=retain)
    assert publisher.connections == 1
    publisher.close()


def test_topic_of_another_camera_is_refused(emulator: Emulator) -> None:
    publisher = connected(emulator.new_camera("cam-12")[0], "cam-12")
    with pytest.raises(PublishError):
        publisher.publish("homeward/v1/cam-99/faces", b"{}")
    publisher.close()


def test_revoked_certificate_is_refused(emulator: Emulator) -> None:
    endpoint, certificate_id = emulator.new_camera("cam-13")
    emulator.iot.update_certificate(certificateId=certificate_id, newStatus="REVOKED")
    publisher = IotCore(endpoint, thing="cam-13")
    publisher.connect()
    wait_until(lambda: publisher.failure)
    assert not publisher.wait_connected(0)
    publisher.close()


class AgencyShadow:
    """The shadow as the agency uses it."""

    def __init__(self, emulator: Emulator, thing: str) -> None:
        self._data, self._thing = emulator.iot_data, thing

    def desire(self, settings: dict[str, Any]) -> None:
        payload = json.dumps({"state": {"desired": settings}}).encode()
        self._data.update_thing_shadow(thingName=self._thing, shadowName="camera", payload=payload)

    def reported(self) -> dict[str, Any]:
        try:
            answer = self._data.get_thing_shadow(thingName=self._thing, shadowName="camera")
        except self._data.exceptions.ResourceNotFoundException:
            return {}
        reported: dict[str, Any] = json.loads(answer["payload"].read())["state"].get("reported", {})
        return reported


class CameraWithShadow:
    def __init__(self, endpoint: Endpoint, thing: str, folder: Path) -> None:
        self.applied: list[RemoteSettings] = []
        self.publisher = connected(endpoint, thing)
        self.shadow = CameraShadow(
            thing,
            self.publisher,
            local=RemoteSettings(faces=FaceSettings(min_px=70)),
            file=folder / "remote_settings.json",
            apply=self.applied.append,
        )
        self.shadow.start()
        self.shadow.request()


def test_remote_settings_are_applied_reported_and_saved(emulator: Emulator, tmp_path: Path) -> None:
    endpoint, _ = emulator.new_camera("cam-14")
    agency = AgencyShadow(emulator, "cam-14")
    agency.desire({"filming": False})
    camera = CameraWithShadow(endpoint, "cam-14", tmp_path)
    wait_until(lambda: agency.reported().get("filming") is False)
    agency.desire({"faces": {"min_confidence": 0.9}})
    wait_until(lambda: agency.reported()["faces"]["min_confidence"] == 0.9)
    assert camera.applied[-1] == RemoteSettings(filming=False, faces=FaceSettings(min_px=70, min_confidence=0.9))
    camera.publisher.close()

    again: list[RemoteSettings] = []
    offline = IotCore(endpoint, thing="cam-14")
    local = RemoteSettings(faces=FaceSettings(min_px=70))
    CameraShadow("cam-14", offline, local=local, file=tmp_path / "remote_settings.json", apply=again.append).start()
    assert again == [camera.applied[-1]]


@pytest.mark.parametrize("saved", ['{"shots": {"most": 3}}', "{"])
def test_saved_state_that_is_not_valid_is_ignored(tmp_path: Path, saved: str) -> None:
    file = tmp_path / "remote_settings.json"
    file.write_text(saved)
    applied: list[RemoteSettings] = []
    local = RemoteSettings(faces=FaceSettings(min_px=70))
    shadow = CameraShadow("cam-16", Stdout(), local=local, file=file, apply=applied.append)
    shadow.start()
    assert (applied, shadow.settings) == ([], local)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"faces": {"min_px": 5}}, "faces.min_px: 5 is not allowed: must be greater than or equal to 20"),
        ({"exposure": 3}, "exposure: unknown setting; the known keys are filming, faces, shots, zones"),
        ({"shots": {"most": 3}}, "shots.most: renamed to shots.max_per_track"),
        (
            {"zones": {"masks": [[[0, 0], [2, 0], [1, 1]]]}},
            "zones.masks.0.1.0: 2 is not allowed: must be less than or equal",
        ),
    ],
)
def test_invalid_document_is_rejected_whole_and_reported(
    emulator: Emulator, tmp_path: Path, wrong: dict[str, Any], reason: str
) -> None:
    thing = f"cam-15-{next(iter(wrong))}"
    endpoint, _ = emulator.new_camera(thing)
    agency = AgencyShadow(emulator, thing)
    camera = CameraWithShadow(endpoint, thing, tmp_path)
    agency.desire({"filming": False, **wrong})
    wait_until(lambda: agency.reported().get("rejected"))
    assert agency.reported()["rejected"]["reasons"][0].startswith(reason)
    assert camera.applied == []
    assert not (tmp_path / "remote_settings.json").exists()
    camera.publisher.close()
