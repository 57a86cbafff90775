"""How the camera is: a message every minute, and a retained status that the broker turns to offline by itself."""

from __future__ import annotations

import json
import resource
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from edge_device import clock
from edge_device.core.message import iso_time
from edge_device.publishers import PublishError
from edge_device.version import version

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_device.publishers import Publisher

log = structlog.get_logger()


def status_topic(thing: str) -> str:
    """Where the retained status is."""
    return f"homeward/v1/{thing}/status"


def health_topic(thing: str) -> str:
    """Where the health messages go."""
    return f"homeward/v1/{thing}/health"


def status_message(thing: str, *, online: bool, reason: str, at: bool = True) -> bytes:
    """`homeward.status/1`. A last will is made at the start and sent at the end, so it carries no time (`at=False`)."""
    message: dict[str, Any] = {"schema": "homeward.status/1", "camera": thing}
    message |= {"status": "online" if online else "offline", "reason": reason, "edge_version": version()}
    if at:
        message["at"] = iso_time(clock.wall_s())
    return json.dumps(message, separators=(",", ":")).encode()


def device_state() -> dict[str, Any]:
    """What every camera can say of its device: memory, temperature, clock."""
    return {
        "memory_mb": _memory_mb(),
        "temperature_c": _temperature_c(),
        "clock_synced": clock.is_synced(),
        "device_up_s": round(clock.steady_s()),
    }


def _memory_mb() -> int:
    """What the program holds in memory now (proc(5), statm: pages)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1_000_000


def _temperature_c() -> float | None:
    """The hottest of the kernel's thermal zones; None on a device without any."""
    readings = []
    for zone in Path("/sys/class/thermal").glob("thermal_zone*/temp"):
        try:
            readings.append(int(zone.read_text()) / 1000)
        except (OSError, ValueError):  # some zones exist and still cannot be read
            continue
    return max(readings, default=None)


class Health(threading.Thread):
    """Publishes the status at each connection, then calls `on_connected`; and `state()` every `every_s` seconds.

    Health messages are not kept when there is no connection: an old one says nothing.
    """

    def __init__(
        self,
        thing: str,
        publisher: Publisher,
        state: Callable[[], dict[str, Any]],
        *,
        every_s: float = 60.0,
        on_connected: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name="health", daemon=True)
        self._thing, self._publisher, self._state, self._every_s = thing, publisher, state, every_s
        self._on_connected = on_connected
        self._stopping = threading.Event()
        self._announced = 0
        self._pause_s, self._resume_s = 0.0, 0.0

    def run(self) -> None:
        """Until `stop`."""
        due_s = 0.0
        while not self._stopping.is_set():
            if self._publisher.wait_connected(0.2) and clock.steady_s() >= self._resume_s:
                if self._announced != self._publisher.connections:
                    self._announced = self._publisher.connections
                    self._publish_status(online=True, reason="connected")
                    self._on_connected()
                if clock.steady_s() >= due_s:
                    due_s = clock.steady_s() + self._every_s
                    self._publish(health_topic(self._thing), self._message())
            self._stopping.wait(0.2)

    def stop(self) -> None:
        """Say goodbye and end."""
        self._stopping.set()
        self.join()
        if self._publisher.wait_connected(0):
            self._publish_status(online=False, reason="stopped")

    def _message(self) -> bytes:
        message = {"schema": "homeward.health/1", "camera": self._thing, "at": iso_time(clock.wall_s())}
        return json.dumps(message | {"edge_version": version()} | self._state(), separators=(",", ":")).encode()

    def _publish_status(self, *, online: bool, reason: str) -> None:
        self._publish(status_topic(self._thing), status_message(self._thing, online=online, reason=reason), retain=True)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        try:
            self._publisher.publish(topic, payload, retain=retain)
        except PublishError as error:
            # AWS IoT disconnects who publishes without the right to: captures must get through all the same.
            self._pause_s = min(600.0, max(5.0, 2 * self._pause_s))
            self._resume_s = clock.steady_s() + self._pause_s
            self._announced = 0
            log.warning("health not acknowledged", topic=topic, reason=str(error), again_in_s=self._pause_s)
            return
        self._pause_s = 0.0
