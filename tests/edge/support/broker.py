"""A mosquitto for one test: mutual TLS, user names from certificates, and AWS IoT's message size limit."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edge_device.publishers.iot_core import Endpoint, IotCore

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.certificates import Authority, Identity

# Debian installs daemons in /usr/sbin, which may not be on the PATH.
_MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


_SUBSCRIBED = "Sending SUBACK to observer"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Broker:
    """Allows each camera only its own topics `homeward/v1/NAME/...`; `observer` may read all topics."""

    folder: Path
    authority: Authority
    port: int = field(default_factory=free_port)
    message_size_limit: int = 131_072
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert _MOSQUITTO, (
            "mosquitto not found. Install it: sudo apt-get install mosquitto (macOS: brew install mosquitto)"
        )
        identity = self.authority.issue("broker")
        (self.folder / "acl").write_text(
            "user observer\ntopic readwrite #\n"
            "pattern readwrite homeward/v1/%u/#\npattern readwrite $aws/things/%u/shadow/#\n"
        )
        (self.folder / "acl").chmod(0o600)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\n"
            f"cafile {self.authority.ca}\ncertfile {identity.certificate}\nkeyfile {identity.key}\n"
            "require_certificate true\nuse_identity_as_username true\n"
            f"acl_file {self.folder / 'acl'}\nmessage_size_limit {self.message_size_limit}\n"
            f"persistence true\npersistence_location {self.folder}/\n"
            "max_queued_messages 100000\nuser root\n"
        )
        with (self.folder / "mosquitto.log").open("ab") as log:
            command = [_MOSQUITTO, "-v", "-c", str(configuration)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_until_listening()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    @property
    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text(errors="replace")

    def endpoint(self, identity: Identity) -> Endpoint:
        return Endpoint("127.0.0.1", identity.certificate, identity.key, self.authority.ca, self.port)

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"mosquitto did not start: {self.log}")


class Observer:
    """Receives all messages on a topic, as the cloud would."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self._client = IotCore(broker.endpoint(broker.authority.issue("observer")), thing="observer")
        self._client.subscribe(topic, self._receive)
        before = broker.log.count(_SUBSCRIBED)
        self._client.connect()
        # Connected is not yet subscribed: a message that the broker takes between the two would be missed.
        wait_until(lambda: broker.log.count(_SUBSCRIBED) > before)

    def close(self) -> None:
        self._client.close()

    def capture_ids(self) -> list[str]:
        return [message["capture_id"] for _, message in self.messages]

    def _receive(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, json.loads(payload)))


def wait_until(condition: Any, *, within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "timeout: the condition is still false"
        time.sleep(0.02)
