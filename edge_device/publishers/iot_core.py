"""Publishes to AWS IoT Core, or any MQTT 5 broker, over mutual TLS."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from awscrt import mqtt5
from awscrt.exceptions import AwsCrtError
from awsiot import mqtt5_client_builder

from edge_device.publishers import PublishError
from edge_device.wording.connection import failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = structlog.get_logger()


@dataclass(frozen=True)
class Endpoint:
    """A broker, and the camera's certificate and private key.

    `ca` is the broker's certificate authority. With None, the operating system must trust it, as it does AWS IoT's.
    """

    host: str
    certificate: Path
    key: Path
    ca: Path | None = None
    port: int = 8883


@dataclass(frozen=True)
class Will:
    """The last will: a retained message that the broker publishes when the connection is lost."""

    topic: str
    payload: bytes


@dataclass
class IotCore:
    """An MQTT connection. Its client id is the thing name, as the device policy requires."""

    endpoint: Endpoint
    thing: str
    will: Will | None = None
    ack_timeout_s: int = 20
    failure: str | None = None  # why the last connection attempt failed
    connections: int = 0
    _connected: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="messages"))
    _handlers: dict[str, Callable[[str, bytes], None]] = field(default_factory=dict)
    client: Any = None  # the awscrt client, once `connect` was called
    _closing: bool = False

    def connect(self) -> None:
        """Start to connect, with a backoff of 1 to 60 seconds.

        Raises:
            PublishError: the certificate, key or certificate authority cannot be used.
        """
        try:
            self.client = mqtt5_client_builder.mtls_from_path(
                str(self.endpoint.certificate),
                str(self.endpoint.key),
                endpoint=self.endpoint.host,
                port=self.endpoint.port,
                ca_filepath=str(self.endpoint.ca) if self.endpoint.ca else None,
                client_id=self.thing,
                keep_alive_interval_sec=30,
                min_reconnect_delay_ms=1_000,
                max_reconnect_delay_ms=60_000,
                ack_timeout_sec=self.ack_timeout_s,
                will=self._will_packet(),
                # The outbox retries. A queue in the client would send the message twice.
                offline_queue_behavior=mqtt5.ClientOperationQueueBehaviorType.FAIL_ALL_ON_DISCONNECT,
                on_lifecycle_connection_success=self._on_connected,
                on_lifecycle_connection_failure=self._on_failure,
                on_lifecycle_disconnection=self._on_disconnected,
                on_lifecycle_stopped=lambda _: self._stopped.set(),
                on_publish_received=self._on_message,
            )
        except (AwsCrtError, RuntimeError) as error:  # awscrt raises either of them for a bad key or certificate
            reason = self._in_words(str(error))
            raise PublishError(
                reason if reason != str(error) else f"cannot use the certificate or key: {error}"
            ) from error
        self.client.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait until the broker has accepted the certificate."""
        return self._connected.wait(timeout_s)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish with QoS 1 and wait for the PUBACK.

        Raises:
            PublishError: the connection broke, the broker refused the message, or the PUBACK timed out.
        """
        packet = mqtt5.PublishPacket(topic=topic, payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=retain)
        try:
            puback = self.client.publish(packet).result(self.ack_timeout_s + 5).puback
        except AwsCrtError as error:
            raise PublishError(f"{error.name}: {error.message}") from error
        except FutureTimeoutError as error:
            raise PublishError(f"no PUBACK within {self.ack_timeout_s} s") from error
        if puback.reason_code not in {mqtt5.PubackReasonCode.SUCCESS, mqtt5.PubackReasonCode.NO_MATCHING_SUBSCRIBERS}:
            # awscrt gives None for an unknown code, such as mosquitto's for a message that is too large.
            code = puback.reason_code.name if puback.reason_code is not None else "unknown reason"
            raise PublishError(f"the broker refused a message on {topic}: {code}")

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Call `handler` for each message on `topic`. Subscribes again after each reconnection."""
        self._handlers[topic] = handler
        if self._connected.is_set():
            self._subscribe(topic)

    def close(self) -> None:
        """Disconnect cleanly, so that the broker does not publish the last will."""
        self._closing = True
        if self.client:
            self.client.stop()
            self._stopped.wait(5)
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _subscribe(self, topic: str) -> None:
        subscription = mqtt5.Subscription(topic_filter=topic, qos=mqtt5.QoS.AT_LEAST_ONCE)
        self.client.subscribe(mqtt5.SubscribePacket(subscriptions=[subscription]))

    def _will_packet(self) -> mqtt5.PublishPacket | None:
        if not self.will:
            return None
        return mqtt5.PublishPacket(
            topic=self.will.topic, payload=self.will.payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=True
        )

    def _on_connected(self, _: mqtt5.LifecycleConnectSuccessData) -> None:
        self.failure = None
        for topic in self._handlers:
            self._subscribe(topic)
        self.connections += 1
        self._connected.set()
        log.info("connected", host=self.endpoint.host, port=self.endpoint.port)

    def _on_failure(self, data: mqtt5.LifecycleConnectFailureData) -> None:
        self.failure = self._in_words(str(data.exception))
        log.warning("connection failed, will retry", reason=self.failure)

    def _in_words(self, failure: str) -> str:
        return failure_in_words(failure, host=self.endpoint.host, port=self.endpoint.port, ca=self.endpoint.ca)

    def _on_disconnected(self, data: mqtt5.LifecycleDisconnectData) -> None:
        self._connected.clear()
        log.info("disconnected", reason="the program ends" if self._closing else self._in_words(str(data.exception)))

    def _on_message(self, data: mqtt5.PublishReceivedData) -> None:
        packet = data.publish_packet
        handler = self._handlers.get(packet.topic)
        if handler:
            # In another thread: a handler that publishes here would block the thread that receives its PUBACK.
            self._worker.submit(handler, packet.topic, bytes(packet.payload or b""))
