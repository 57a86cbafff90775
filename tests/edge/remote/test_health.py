"""Status, last will and health messages of a camera, with a real broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from edge_device.core.topics import Topics
from edge_device.publishers.iot_core import IotCore, Will
from edge_device.remote.health import HealthReporter, status_message
from tests.edge.support.broker import Broker, Observer, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.certificates import Authority

STATUS = "homeward/v1/cam-01/status"
HEALTH = "homeward/v1/cam-01/health"


def last(observer: Observer) -> dict[str, Any]:
    return observer.messages[-1][1] if observer.messages else {}


def test_status_is_retained_and_offline_after_a_clean_stop(broker: Broker, authority: Authority) -> None:
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01")
    publisher.connect()
    health = HealthReporter(Topics("cam-01"), publisher, dict, every_s=60)
    health.start()
    late = Observer(broker, STATUS)
    wait_until(lambda: last(late).get("status") == "online")
    health.stop()
    publisher.close()
    wait_until(lambda: last(late).get("status") == "offline")
    assert last(late)["reason"] == "stopped"
    late.close()


def test_broker_publishes_offline_for_a_killed_camera(
    broker: Broker, authority: Authority, tmp_path: Path, two_passers_by: Path
) -> None:
    identity = authority.issue("cam-01")
    observer = Observer(broker, STATUS)
    command = [
        *(sys.executable, "-m", "edge_device", "run", "--source", str(two_passers_by), "--camera", "cam-01"),
        *("--endpoint", "127.0.0.1", "--port", str(broker.port), "--ca", str(authority.ca)),
        *("--cert", str(identity.certificate), "--key", str(identity.key), "--outbox", str(tmp_path / "outbox.db")),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ) as camera:
        wait_until(lambda: last(observer).get("status") == "online", within_s=20)
        camera.kill()
    wait_until(lambda: last(observer).get("status") == "offline")
    assert last(observer)["reason"] == "gone"
    observer.close()


def test_status_is_online_again_after_a_reconnection(broker: Broker, authority: Authority) -> None:
    will = Will(Topics("cam-01").status, status_message("cam-01", online=False, reason="gone", at=False))
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01", will=will)
    publisher.connect()
    asked: list[int] = []
    health = HealthReporter(
        Topics("cam-01"), publisher, dict, every_s=60, on_connected=lambda: asked.append(publisher.connections)
    )
    health.start()
    wait_until(lambda: asked == [1])
    broker.stop()
    broker.start()
    wait_until(lambda: asked == [1, 2], within_s=20)
    observer = Observer(broker, STATUS)
    wait_until(lambda: last(observer).get("status") == "online")
    observer.close()
    health.stop()
    publisher.close()


def test_health_message_has_the_state_in_every_period(broker: Broker, authority: Authority) -> None:
    observer = Observer(broker, HEALTH)
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01")
    publisher.connect()
    health = HealthReporter(Topics("cam-01"), publisher, lambda: {"waiting": 7}, every_s=0.5)
    health.start()
    wait_until(lambda: len(observer.messages) >= 2)
    health.stop()
    publisher.close()
    message = last(observer)
    assert (message["schema"], message["camera"], message["waiting"]) == ("homeward.health/1", "cam-01", 7)
    observer.close()


def test_camera_without_permission_for_status_sends_captures(broker: Broker, authority: Authority) -> None:
    # The broker allows this certificate only the topics of cam-01.
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01", ack_timeout_s=2)
    publisher.connect()
    health = HealthReporter(Topics("cam-02"), publisher, dict, every_s=0.1)
    health.start()
    assert publisher.wait_connected(10)
    publisher.publish("homeward/v1/cam-01/faces", json.dumps({}).encode())
    health.stop()
    assert broker.log.count("homeward/v1/cam-02/health") <= 1
    publisher.close()
