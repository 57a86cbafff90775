"""The sender against a real broker with mutual TLS: who is refused, and what a fault may not lose."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edge_device.core.message import MAX_MESSAGE_BYTES, faces_topic
from edge_device.outbox import Outbox
from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import IotCore
from edge_device.sender import Sender
from tests.edge.broker import Broker, Observer, free_port, wait_until
from tests.edge.certificates import Authority, Identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOPIC = faces_topic("cam-01")


@pytest.fixture
def camera(broker: Broker, authority: Authority) -> Iterator[IotCore]:
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01", ack_timeout_s=2)
    publisher.connect()
    yield publisher
    publisher.close()


def put(outbox: Outbox, count: int, *, size: int = 2000) -> list[str]:
    names = [f"capture-{outbox.next_sequence()}" for _ in range(count)]
    for name in names:
        outbox.put(name, TOPIC, json.dumps({"capture_id": name, "filling": "." * size}).encode())
    return names


def test_right_certificate_is_accepted(camera: IotCore) -> None:
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


def test_broker_of_a_foreign_authority_gets_nothing(broker: Broker, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    endpoint = broker.endpoint(authority.issue("cam-01"))
    foreign = Authority(tmp_path / "foreign", "Foreign authority")
    publisher = IotCore(replace(endpoint, ca=foreign.ca), thing="cam-01")
    publisher.connect()
    wait_until(lambda: "New connection from" in broker.log)
    assert not publisher.wait_connected(1)
    assert "New client connected" not in broker.log
    publisher.close()


def test_unreadable_certificate_is_said_at_once(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    identity = Identity(tmp_path / "broken.pem", tmp_path / "broken.pem")
    with pytest.raises(PublishError, match="certificate or key cannot be used"):
        IotCore(broker.endpoint(identity), thing="cam-01").connect()


def test_foreign_topic_is_refused(camera: IotCore) -> None:
    assert camera.wait_connected(10), camera.failure
    with pytest.raises(PublishError, match="NOT_AUTHORIZED"):
        camera.publish(faces_topic("cam-02"), b"{}")


def test_message_that_the_broker_refuses_holds_up_no_other(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("foreign", faces_topic("cam-02"), b"{}")
        names = put(outbox, 5)
        sender = Sender(outbox, camera, on_sent=lambda _: None)
        sender.start()
        wait_until(lambda: observer.capture_ids() == names)
        sender.stop()
        assert [entry.capture_id for entry in outbox.entries()] == ["foreign"]
    observer.close()


def test_message_beyond_the_limit_never_reaches_the_broker(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("too large", TOPIC, b"." * (MAX_MESSAGE_BYTES + 1))
        frame = len(json.dumps({"capture_id": "largest", "filling": ""}))
        largest = json.dumps({"capture_id": "largest", "filling": "." * (MAX_MESSAGE_BYTES - frame)}).encode()
        assert len(largest) == MAX_MESSAGE_BYTES
        outbox.put("largest", TOPIC, largest)
        names = put(outbox, 3)
        sender = Sender(outbox, camera, on_sent=lambda _: None)
        sender.start()
        assert sender.drain(20)
        sender.stop()
        assert (outbox.sent, outbox.dropped) == (4, 1)
    wait_until(lambda: observer.capture_ids() == ["largest", *names])
    assert camera.connections == 1
    assert f"({MAX_MESSAGE_BYTES + 1} bytes)" not in broker.log
    # Sent all the same it comes there, and is refused: the limit is the broker's, too.
    with pytest.raises(PublishError, match="refused a message"):
        camera.publish(TOPIC, b"." * (MAX_MESSAGE_BYTES + 1))
    assert f"({MAX_MESSAGE_BYTES + 1} bytes)" in broker.log
    observer.close()


def test_broker_restart_in_mid_stream_loses_nothing(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    received: list[str] = []
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        sender = Sender(outbox, camera, on_sent=lambda _: None)
        sender.start()
        names = put(outbox, 100, size=8_000)
        wait_until(lambda: len(observer.messages) >= 10)
        broker.stop()
        received += observer.capture_ids()
        observer.close()
        names += put(outbox, 20)
        assert len(outbox) >= 20
        broker.start()
        observer = Observer(broker, TOPIC)
        assert sender.drain(60)
        wait_until(lambda: set(received + observer.capture_ids()) >= set(names[10:]))
        sender.stop()
    received += observer.capture_ids()
    observer.close()
    assert set(received) == set(names)
    assert sum(count - 1 for count in Counter(received).values()) <= 1  # only the one without PUBACK may come twice


def test_kill_9_with_rows_waiting_loses_nothing(authority: Authority, tmp_path: Path) -> None:
    broker = Broker(tmp_path, authority, port=free_port())
    identity = authority.issue("cam-01")
    program = f"""
import os, pathlib
from edge_device.outbox import Outbox
outbox = Outbox(pathlib.Path({str(tmp_path / "outbox.db")!r}))
for number in range(30):
    outbox.put(f"capture-{{number}}", {TOPIC!r}, b'{{"capture_id": "capture-%d"}}' % number)
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    broker.start()
    observer = Observer(broker, TOPIC)
    publisher = IotCore(broker.endpoint(identity), thing="cam-01")
    publisher.connect()
    with Outbox(tmp_path / "outbox.db") as outbox:
        sender = Sender(outbox, publisher, on_sent=lambda _: None)
        sender.start()
        assert sender.drain(20)
        sender.stop()
    wait_until(lambda: len(observer.messages) == 30)
    assert observer.capture_ids() == [f"capture-{number}" for number in range(30)]
    publisher.close()
    observer.close()
    broker.stop()
