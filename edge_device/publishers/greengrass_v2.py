"""Publishes through the Greengrass v2 nucleus on the same device, which holds the certificate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from awscrt.exceptions import AwsCrtError
from awsiot.eventstreamrpc import EventStreamError
from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import QOS, GreengrassCoreIPCError

from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()


@dataclass
class GreengrassV2:
    """The nucleus acknowledges a message when it has spooled it, and sends it when it has a connection."""

    timeout_s: float = 20.0
    connections: int = 0
    failure: str | None = None
    _ipc: Any = None
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="messages"))

    def connect(self) -> None:
        """Connect to the nucleus.

        Raises:
            PublishError: the program does not run as a Greengrass component, or the nucleus does not answer.
        """
        try:
            self._ipc = GreengrassCoreIPCClientV2()
        except (KeyError, AwsCrtError, EventStreamError, FutureTimeoutError) as error:
            raise PublishError(
                f"cannot reach the Greengrass nucleus ({error}). Deploy the program as a component"
            ) from error
        self.connections = 1

    def wait_connected(self, timeout_s: float) -> bool:  # noqa: ARG002 - connected once `connect` has returned
        """Whether `connect` was called."""
        return self._ipc is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the nucleus with QoS 1.

        Raises:
            PublishError: the nucleus refused it, for example because access control does not list the topic.
        """
        try:
            self._ipc.publish_to_iot_core_async(
                topic_name=topic, qos=QOS.AT_LEAST_ONCE, payload=payload, retain=retain
            ).result(self.timeout_s)
        except (GreengrassCoreIPCError, EventStreamError, AwsCrtError, FutureTimeoutError) as error:
            # str() of the IPC's own errors is empty; their text is in `message`.
            self.failure = getattr(error, "message", None) or str(error) or type(error).__name__
            raise PublishError(f"Greengrass did not accept a message on {topic}: {self.failure}") from error
        self.failure = None

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Call `handler` for each message on `topic`, in a thread other than the one that receives the answers."""

        def on_message(event: Any) -> None:
            self._worker.submit(handler, event.message.topic_name, bytes(event.message.payload or b""))

        try:
            self._ipc.subscribe_to_iot_core(
                topic_name=topic,
                qos=QOS.AT_LEAST_ONCE,
                on_stream_event=on_message,
                on_stream_error=lambda error: bool(log.warning("subscription failed", topic=topic, reason=str(error))),
            )
        except (GreengrassCoreIPCError, EventStreamError, AwsCrtError) as error:
            log.warning("Greengrass refused a subscription", topic=topic, reason=str(error))

    def close(self) -> None:
        """Disconnect from the nucleus."""
        if self._ipc:
            self._ipc.close()
        self._worker.shutdown(wait=False, cancel_futures=True)
