"""The ways a message leaves the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class PublishError(Exception):
    """The message was not acknowledged; it may or may not have arrived. The text says why."""


class Publisher(Protocol):
    """What a publisher must do. All calls may come from several threads."""

    @property
    def connections(self) -> int:
        """How many times the connection was made; after each, a retained status may have been replaced by the will."""
        ...

    def connect(self) -> None:
        """Start to connect, and go on trying until `close`; returns at once."""
        ...

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait until messages can be sent; False if they still cannot."""
        ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message and wait for its acknowledgement (MQTT QoS 1).

        Raises:
            PublishError: it was not acknowledged.
        """
        ...

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Call `handler` with the topic and payload of each message that comes on `topic`."""
        ...

    def close(self) -> None:
        """Disconnect."""
        ...
