"""A local server that sends bytes as they are given, whatever HTTP says, at any speed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass
class RawServer:
    """`answers` has the pieces of the response to each path. `requests` records the first lines of the requests."""

    url: str
    answers: dict[str, Iterable[bytes]] = field(default_factory=dict)
    pause_s: float = 0.0
    requests: list[str] = field(default_factory=list)
    sent: int = 0

    def serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = connection.recv(65_536).decode()
            self.requests.append(request)
            for piece in self.answers[request.split()[1]]:
                connection.sendall(piece)
                self.sent += len(piece)
                time.sleep(self.pause_s)


@contextmanager
def raw_server() -> Iterator[RawServer]:
    """Serve on a free port of 127.0.0.1. Each connection gets one response."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = RawServer(url=f"http://127.0.0.1:{listening.getsockname()[1]}")

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = listening.accept()[0]
                    threading.Thread(target=server.serve, args=[connection], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
