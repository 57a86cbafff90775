"""Empties the outbox into a publisher, in a thread of its own."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import structlog

from edge_device.core.message import MAX_MESSAGE_BYTES
from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_device.outbox import Entry, Outbox
    from edge_device.publishers import Publisher

log = structlog.get_logger()

_BYTES_PER_S = 400_000  # AWS IoT takes 512 KiB/s on a connection; the rest is for health and overhead


class Sender(threading.Thread):
    """Sends the oldest message, waits for its acknowledgement, deletes it, and takes the next."""

    def __init__(self, outbox: Outbox, publisher: Publisher, *, on_sent: Callable[[Entry], None]) -> None:
        super().__init__(name="sender", daemon=True)
        self._outbox, self._publisher, self._on_sent = outbox, publisher, on_sent
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        while not self._stopping.is_set():
            if self._publisher.wait_connected(0.5):
                entry = self._outbox.oldest(wait_s=0.5)
                if entry:
                    self._send(entry)

    def stop(self) -> None:
        """Finish the message in hand and end."""
        self._stopping.set()
        self.join()

    def drain(self, timeout_s: float) -> bool:
        """Wait until the outbox is empty; False if it still is not."""
        deadline = time.monotonic() + timeout_s
        while len(self._outbox) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not len(self._outbox)

    def _send(self, entry: Entry) -> None:
        if len(entry.payload) > MAX_MESSAGE_BYTES:
            # The last place before the socket: AWS IoT would end the connection, for all the other messages too.
            log.error("message too large, given up", capture_id=entry.capture_id, size=len(entry.payload))
            self._outbox.given_up(entry)
            self._stopping.wait(0.5)  # while the disk is full it stays, and is found again
            return
        try:
            self._publisher.publish(entry.topic, entry.payload)
        except PublishError as error:
            log.warning("message not acknowledged, will be sent again", capture_id=entry.capture_id, reason=str(error))
            self._outbox.failed(entry)
            self._stopping.wait(min(30.0, 0.5 * 2**entry.attempts))
            return
        self._outbox.acknowledged(entry)
        self._on_sent(entry)
        if self._outbox.oldest():
            self._stopping.wait(len(entry.payload) / _BYTES_PER_S)
