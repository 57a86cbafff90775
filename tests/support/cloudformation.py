"""CloudFormation's part in a custom resource: a URL that takes responses."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def cloudformation(*, lost: int = 0) -> Iterator[tuple[str, list[tuple[dict[str, Any], str | None]]]]:
    """Serve a response URL; yield it, and the list of responses with their content types.

    The first `lost` responses get an error and are not listed.
    """
    responses: list[tuple[dict[str, Any], str | None]] = []
    to_lose = [503] * lost

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not to_lose:
                responses.append((json.loads(body), self.headers["Content-Type"]))
            self.send_response(to_lose.pop() if to_lose else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/response?signature=x", responses
        finally:
            server.shutdown()
            thread.join()
