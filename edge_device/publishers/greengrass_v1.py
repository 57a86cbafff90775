"""Publishes through a Greengrass v1 core, for devices that do not have v2 yet."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class GreengrassV1:
    """Publishes with `greengrasssdk`, which cannot retain or subscribe: no status and no remote settings."""

    connections: int = 0
    _client: Any = None

    def connect(self) -> None:
        """Create the SDK's client.

        Raises:
            PublishError: the program does not run in a Greengrass v1 Lambda function.
        """
        try:
            self._client = import_module("greengrasssdk").client("iot-data")
        except ImportError as error:
            raise PublishError(
                "greengrasssdk is missing. Only a Greengrass v1 core has it: choose another mqtt.publisher"
            ) from error
        self.connections = 1

    def wait_connected(self, timeout_s: float) -> bool:  # noqa: ARG002 - connected once `connect` has returned
        """Whether `connect` was called."""
        return self._client is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the core. Skips a retained one, because the core would send it without the retain flag.

        Raises:
            PublishError: the core did not accept it.
        """
        if retain:
            return
        try:
            # This policy reports a full queue; the default drops the message silently.
            self._client.publish(topic=topic, payload=payload, queueFullPolicy="AllOrException")
        except Exception as error:
            raise PublishError(f"Greengrass did not accept a message on {topic}: {error}") from error

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Do nothing: a v1 core calls the function's handler instead."""

    def close(self) -> None:
        """Do nothing."""
