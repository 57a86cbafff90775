"""The thread that sends the messages of the outbox."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import structlog

from edge_device.core.message import MAX_MESSAGE_BYTES
from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_device.outbox.database import Entry
    from edge_device.outbox.pace import Pace
    from edge_device.outbox.queue import Outbox
    from edge_device.publishers import Publisher

log = structlog.get_logger()

_BYTES_PER_S = 400_000  # AWS IoT allows 512 KiB/s per connection; the rest is for health messages and overhead
_MAX_BACKOFF_S = 30.0


class Sender(threading.Thread):
    """Sends one message at a time, newest first: publish on `topic`, wait for the acknowledgement, delete."""

    def __init__(
        self, outbox: Outbox, publisher: Publisher, *, topic: str, on_sent: Callable[[Entry], None], pace: Pace | None
    ) -> None:
        super().__init__(name="sender", daemon=True)
        self._outbox, self._publisher, self._topic, self._on_sent = outbox, publisher, topic, on_sent
        self._pace = pace
        self._stopping = threading.Event()

    def run(self) -> None:
        """Send until `stop` is called."""
        while not self._stopping.is_set():
            early_s = self._pace.wait_s() if self._pace else 0.0
            if early_s:
                self._stopping.wait(min(0.5, early_s))
            elif self._publisher.wait_connected(0.5):
                entry = self._outbox.next_to_send(wait_s=0.5)
                if entry:
                    self._send(entry)

    def stop(self) -> None:
        """Finish the current message and end the thread."""
        self._stopping.set()
        self.join()

    def drain(self, timeout_s: float) -> bool:
        """Wait until the outbox is empty; False on timeout."""
        deadline = time.monotonic() + timeout_s
        while len(self._outbox) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not len(self._outbox)

    def _send(self, entry: Entry) -> None:
        if len(entry.payload) > MAX_MESSAGE_BYTES:
            # AWS IoT would close the connection, which also interrupts the other messages.
            log.error(
                "dropped a message larger than AWS IoT accepts", capture_id=entry.capture_id, size=len(entry.payload)
            )
            self._outbox.drop(entry)
            self._stopping.wait(0.5)  # a full disk keeps the row, so the next round finds it again
            return
        if self._pace:
            self._pace.sent()
        try:
            self._publisher.publish(self._topic, entry.payload)
        except PublishError as error:
            log.warning("message not acknowledged, will retry", capture_id=entry.capture_id, reason=str(error))
            self._outbox.mark_failed(entry)
            self._stopping.wait(min(_MAX_BACKOFF_S, 0.5 * 2**entry.attempts))
            return
        self._outbox.mark_sent(entry)
        self._on_sent(entry)
        if self._outbox.next_to_send():
            self._stopping.wait(len(entry.payload) / _BYTES_PER_S)
