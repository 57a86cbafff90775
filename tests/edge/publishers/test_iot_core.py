"""Publishing to a real broker with mutual TLS: who is accepted and who is refused."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edge_device.core.topics import Topics
from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import IotCore
from tests.edge.support.broker import Broker, wait_until
from tests.support.certificates import Authority, Identity

if TYPE_CHECKING:
    from pathlib import Path

TOPIC = Topics("cam-01").faces


def test_certificate_of_the_camera_is_accepted(camera: IotCore) -> None:
    assert camera.wait_connected(10), camera.failure
    camera.publish(TOPIC, b"{}")


def test_certificate_of_a_foreign_authority_is_refused(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    foreign = Authority(tmp_path / "foreign", "Foreign authority").issue("cam-01")
    publisher = IotCore(broker.endpoint(foreign), thing="cam-01")
    publisher.connect()
    wait_until(lambda: publisher.failure)
    assert not publisher.wait_connected(0)
    publisher.close()


def test_client_without_a_certificate_is_refused(broker: Broker, authority: Authority) -> None:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{broker.port}", "-CAfile", str(authority.ca), "-brief"]
    connect_packet = bytes.fromhex("101000044d5154540402003c000474657374")
    subprocess.run(command, input=connect_packet, capture_output=True, timeout=20, check=False)
    wait_until(lambda: "certificate" in broker.log)
    assert "New client connected" not in broker.log


def test_broker_of_a_foreign_authority_receives_nothing(broker: Broker, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    endpoint = broker.endpoint(authority.issue("cam-01"))
    foreign = Authority(tmp_path / "foreign", "Foreign authority")
    publisher = IotCore(replace(endpoint, ca=foreign.ca), thing="cam-01")
    publisher.connect()
    wait_until(lambda: "New connection from" in broker.log)
    assert not publisher.wait_connected(1)
    assert "New client connected" not in broker.log
    publisher.close()


def test_unreadable_certificate_is_an_error_on_connect(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("not a certificate")
    identity = Identity(tmp_path / "broken.pem", tmp_path / "broken.pem")
    with pytest.raises(PublishError, match="cannot use the certificate or key"):
        IotCore(broker.endpoint(identity), thing="cam-01").connect()


def test_topic_of_another_camera_is_refused(camera: IotCore) -> None:
    assert camera.wait_connected(10), camera.failure
    with pytest.raises(PublishError, match="NOT_AUTHORIZED"):
        camera.publish(Topics("cam-02").faces, b"{}")
