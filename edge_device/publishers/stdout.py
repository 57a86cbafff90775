"""Prints messages as JSON lines, to test a camera without a broker or pipe its captures elsewhere."""

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
        """Do nothing."""

    def wait_connected(self, timeout_s: float) -> bool:  # noqa: ARG002 - always connected
        """Return True."""
        return True

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Print one line with the topic, the retain flag and the message; null for an empty one."""
        line = {"topic": topic, "retain": retain, "message": json.loads(payload) if payload else None}
        self.stream.write(json.dumps(line, separators=(",", ":")) + "\n")
        self.stream.flush()

    def subscribe(self, topic: str, handler: Callable[[str, bytes], None]) -> None:
        """Do nothing: no messages come in."""

    def close(self) -> None:
        """Do nothing."""
