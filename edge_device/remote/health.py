"""Publishes the camera's retained status and its periodic health message."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import structlog

from edge_device import clock
from edge_device.core.message import iso_time
from edge_device.publishers import PublishError
from edge_device.version import version

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_device.core.topics import Topics
    from edge_device.publishers import Publisher

log = structlog.get_logger()

_MIN_BACKOFF_S, _MAX_BACKOFF_S = 5.0, 600.0


def status_message(thing: str, *, online: bool, reason: str, at: bool = True) -> bytes:
    """Build a `homeward.status/1` message. The last will has no time (`at=False`), because it is sent much later."""
    message: dict[str, Any] = {"schema": "homeward.status/1", "camera": thing}
    message |= {"status": "online" if online else "offline", "reason": reason, "edge_version": version()}
    if at:
        message["at"] = iso_time(clock.wall_s())
    return json.dumps(message, separators=(",", ":")).encode()


class HealthReporter(threading.Thread):
    """Publishes the status after each connection, and `state()` every `every_s` seconds.

    Calls `on_connected` after each status. Health messages are not queued: they are useless when they arrive late.
    """

    def __init__(
        self,
        topics: Topics,
        publisher: Publisher,
        state: Callable[[], dict[str, Any]],
        *,
        every_s: float = 60.0,
        on_connected: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name="health", daemon=True)
        self._topics, self._publisher, self._state, self._every_s = topics, publisher, state, every_s
        self._on_connected = on_connected
        self._stopping = threading.Event()
        self._announced = 0  # number of the connection whose status was published
        self._backoff_s, self._resume_s = 0.0, 0.0

    def run(self) -> None:
        """Report until `stop` is called."""
        due_s = 0.0
        while not self._stopping.is_set():
            if self._publisher.wait_connected(0.2) and clock.steady_s() >= self._resume_s:
                if self._announced != self._publisher.connections:
                    self._announced = self._publisher.connections
                    self._publish_status(online=True, reason="connected")
                    self._on_connected()
                if clock.steady_s() >= due_s:
                    due_s = clock.steady_s() + self._every_s
                    self._publish(self._topics.health, self._message())
            self._stopping.wait(0.2)

    def stop(self) -> None:
        """End the thread and publish the status offline."""
        self._stopping.set()
        self.join()
        if self._publisher.wait_connected(0):
            self._publish_status(online=False, reason="stopped")

    def _message(self) -> bytes:
        message = {"schema": "homeward.health/1", "camera": self._topics.thing, "at": iso_time(clock.wall_s())}
        return json.dumps(message | {"edge_version": version()} | self._state(), separators=(",", ":")).encode()

    def _publish_status(self, *, online: bool, reason: str) -> None:
        message = status_message(self._topics.thing, online=online, reason=reason)
        self._publish(self._topics.status, message, retain=True)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        try:
            self._publisher.publish(topic, payload, retain=retain)
        except PublishError as error:
            # AWS IoT disconnects a client that publishes without permission. The pause lets captures through.
            self._backoff_s = min(_MAX_BACKOFF_S, max(_MIN_BACKOFF_S, 2 * self._backoff_s))
            self._resume_s = clock.steady_s() + self._backoff_s
            self._announced = 0
            log.warning(
                "health not acknowledged, will retry", topic=topic, reason=str(error), retry_in_s=self._backoff_s
            )
            return
        self._backoff_s = 0.0
