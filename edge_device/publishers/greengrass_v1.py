"""AWS IoT Core through a Greengrass v1 core, for devices that nobody could move to v2 yet."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class GreengrassV1:
    """`greengrasssdk` exists on the core only. It can neither retain nor subscribe: no status, no remote settings."""

    connections: int = 0
    _client: Any = None

    def connect(self) -> None:
        """Get the SDK's client.

        Raises:
            PublishError: this does not run in a Greengrass v1 Lambda.
        """
        try:
            self._client = import_module("greengrasssdk").client("iot-data")
        except ImportError as error:
            raise PublishError("greengrasssdk is missing: only a Greengrass v1 core has it") from error
        self.connections = 1

    def wait_connected(self, timeout_s: float) -> bool:  # noqa: ARG002 - the core is on this device
        """Whether `connect` was called."""
        return self._client is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand over a message; a retained one is left out, since the core would send it without that mark.

        Raises:
            PublishError: the core did not take it.
        """
        if retain:
            return
        try:
            # An answer that the core's queue is full, instead of a silent drop.
            self._client.publish(topic=topic, payload=payload, queueFullPolicy="AllOrException")
        except Exception as error:
            raise PublishError(f"Greengrass did not take a message on {topic}: {error}") from error

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Nothing: a v1 core calls the Lambda's handler instead."""

    def close(self) -> None:
        """Nothing to close."""
