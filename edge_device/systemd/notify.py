"""Notifications to systemd (sd_notify(3)); a no-op where systemd did not start the program."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """Send a state such as `READY=1`, `WATCHDOG=1` or `STOPPING=1`."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        # A leading @ stands for the abstract namespace.
        channel.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
