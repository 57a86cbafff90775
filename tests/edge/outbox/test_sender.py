"""The sender against a real broker: no fault loses a message."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edge_device.core.message import MAX_MESSAGE_BYTES
from edge_device.core.topics import Topics
from edge_device.outbox.pace import Pace
from edge_device.outbox.queue import Outbox
from edge_device.outbox.sender import Sender
from edge_device.publishers import PublishError
from edge_device.publishers.iot_core import IotCore
from tests.edge.support.broker import Broker, Observer, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.certificates import Authority

TOPIC = Topics("cam-01").faces


def put(outbox: Outbox, count: int, *, size: int = 2000) -> list[str]:
    names = [f"capture-{outbox.next_sequence()}" for _ in range(count)]
    for name in names:
        outbox.put(name, json.dumps({"capture_id": name, "filling": "." * size}).encode())
    return names


class Refusing(IotCore):
    """A camera's connection whose broker refuses one payload."""

    def __init__(self, camera: IotCore, refused: bytes) -> None:
        self.__dict__ |= camera.__dict__
        self._refused = refused

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if payload == self._refused:
            raise PublishError("refused")
        super().publish(topic, payload, retain=retain)


def test_message_of_a_former_thing_is_sent_on_todays_topic(camera: IotCore, tmp_path: Path) -> None:
    """The broker accepts a camera's own topics only."""
    with Outbox(tmp_path / "outbox.db") as outbox:
        put(outbox, 1)
        with closing(sqlite3.connect(outbox.path)) as file, file:
            file.execute("UPDATE outbox SET topic = ?", (Topics("cam-of-before").faces,))
        sender = Sender(outbox, camera, topic=TOPIC, on_sent=lambda _: None, pace=None)
        sender.start()
        assert sender.drain(10)
        sender.stop()
        assert (outbox.sent, outbox.dropped) == (1, 0)


def test_refused_message_does_not_block_the_others(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("refused", b"{}")
        names = put(outbox, 5)
        sender = Sender(outbox, Refusing(camera, b"{}"), topic=TOPIC, on_sent=lambda _: None, pace=None)
        sender.start()
        wait_until(lambda: observer.capture_ids() == names[::-1])
        sender.stop()
        assert [entry.capture_id for entry in outbox.entries()] == ["refused"]
    observer.close()


def test_backlog_is_sent_at_the_cameras_pace(camera: IotCore, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox:
        put(outbox, 40)
        sender = Sender(outbox, camera, topic=TOPIC, on_sent=lambda _: None, pace=Pace(120))
        sender.start()
        wait_until(lambda: outbox.sent >= 20)
        assert not sender.drain(0.2)
        assert outbox.sent <= 21
        sender.stop()


def test_message_above_the_limit_never_reaches_the_broker(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("too large", b"." * (MAX_MESSAGE_BYTES + 1))
        frame = len(json.dumps({"capture_id": "largest", "filling": ""}))
        largest = json.dumps({"capture_id": "largest", "filling": "." * (MAX_MESSAGE_BYTES - frame)}).encode()
        assert len(largest) == MAX_MESSAGE_BYTES
        outbox.put("largest", largest)
        names = put(outbox, 3)
        sender = Sender(outbox, camera, topic=TOPIC, on_sent=lambda _: None, pace=None)
        sender.start()
        assert sender.drain(20)
        sender.stop()
        assert (outbox.sent, outbox.dropped) == (4, 1)
    wait_until(lambda: observer.capture_ids() == [*reversed(names), "largest"])
    assert camera.connections == 1
    assert f"({MAX_MESSAGE_BYTES + 1} bytes)" not in broker.log
    # Published without the sender, the broker refuses it: it has the same limit.
    with pytest.raises(PublishError, match="refused a message"):
        camera.publish(TOPIC, b"." * (MAX_MESSAGE_BYTES + 1))
    assert f"({MAX_MESSAGE_BYTES + 1} bytes)" in broker.log
    observer.close()


def test_broker_restart_loses_nothing(broker: Broker, camera: IotCore, tmp_path: Path) -> None:
    received: list[str] = []
    observer = Observer(broker, TOPIC)
    with Outbox(tmp_path / "outbox.db") as outbox:
        sender = Sender(outbox, camera, topic=TOPIC, on_sent=lambda _: None, pace=None)
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
    assert sum(count - 1 for count in Counter(received).values()) <= 1  # only the one without PUBACK may arrive twice


def test_kill_9_with_waiting_messages_loses_nothing(authority: Authority, tmp_path: Path) -> None:
    broker = Broker(tmp_path, authority, port=free_port())
    identity = authority.issue("cam-01")
    program = f"""
import os, pathlib
from edge_device.outbox.queue import Outbox
outbox = Outbox(pathlib.Path({str(tmp_path / "outbox.db")!r}))
for number in range(30):
    outbox.put(f"capture-{{number}}", b'{{"capture_id": "capture-%d"}}' % number)
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    broker.start()
    observer = Observer(broker, TOPIC)
    publisher = IotCore(broker.endpoint(identity), thing="cam-01")
    publisher.connect()
    with Outbox(tmp_path / "outbox.db") as outbox:
        sender = Sender(outbox, publisher, topic=TOPIC, on_sent=lambda _: None, pace=None)
        sender.start()
        assert sender.drain(20)
        sender.stop()
    wait_until(lambda: len(observer.messages) == 30)
    assert observer.capture_ids() == [f"capture-{number}" for number in reversed(range(30))]
    publisher.close()
    observer.close()
    broker.stop()
