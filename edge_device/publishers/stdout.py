"""Prints messages, one JSON line each: to try a camera without a broker, or to pipe captures elsewhere."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Stdout:
    """A publisher that is always connected."""

    connections = 1
    stream: TextIO = field(default_factory=lambda: sys.stdout)

    def connect(self) -> None:
        """There is nothing to connect to."""

    def wait_connected(self, timeout_s: float) -> bool:  # noqa: ARG002 - it never has to wait
        """Always."""
        return True

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """One line: the topic, whether the message is to be retained, and the message."""
        line = {"topic": topic, "retain": retain, "message": json.loads(payload)}
        self.stream.write(json.dumps(line, separators=(",", ":")) + "\n")
        self.stream.flush()

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Nothing ever comes in."""

    def close(self) -> None:
        """Nothing to close."""
