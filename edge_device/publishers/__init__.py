"""The publishers: AWS IoT Core, Greengrass v1 and v2, and standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class PublishError(Exception):
    """The message was not acknowledged, and may or may not have arrived. The text says why."""


class Publisher(Protocol):
    """Interface of a publisher. All methods must be thread-safe."""

    @property
    def connections(self) -> int:
        """Number of connections so far. The last will may replace the retained status before each new one."""
        ...

    def connect(self) -> None:
        """Start to connect, and retry until `close`. Returns immediately."""
        ...

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for a connection; False on timeout."""
        ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish a message with QoS 1 and wait for its acknowledgement.

        Raises:
            PublishError: the message was not acknowledged.
        """
        ...

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Call `handler` with topic and payload of each message on `topic`."""
        ...

    def close(self) -> None:
        """Disconnect."""
        ...
