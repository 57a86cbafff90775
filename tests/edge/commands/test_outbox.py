"""`homeward-edge outbox`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edge_device.outbox.queue import Outbox
from tests.edge.support.broker import Broker, Observer, free_port, wait_until
from tests.edge.support.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path


def test_outbox_is_listed_and_flushed(config: Path, broker: Broker, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("capture-1", b'{"capture_id":"capture-1"}')
    listed = homeward_edge("outbox", "ls", "--config", str(config))
    assert "capture-1" in listed.stdout
    assert "1 waiting, 0 sent, 0 dropped" in listed.stdout
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    flushed = homeward_edge("outbox", "flush", "--config", str(config))
    assert (flushed.exit_code, flushed.stdout) == (0, "sent capture-1\nthe outbox is empty\n")
    wait_until(lambda: observer.capture_ids() == ["capture-1"])
    observer.close()
    assert json.loads(homeward_edge("outbox", "ls", "--config", str(config), "--json").stdout) == []


def test_flush_without_a_broker_reports_what_still_waits(config: Path, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox:
        outbox.put("capture-1", b"{}")
    wrong_port = ("--set", f"mqtt.port={free_port()}")
    result = homeward_edge("outbox", "flush", "--config", str(config), *wrong_port, "--timeout", "0.2")
    assert result.exit_code == 3
    assert "1 message still waits" in result.stderr
