"""A local web server that receives the alerts of a webhook."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Post:
    """One request, with header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """`answer` returns status and headers for a request. `posts` records the requests."""

    url: str
    answer: Callable[[Post], tuple[int, dict[str, str]]]
    posts: list[Post] = field(default_factory=list)


@contextmanager
def web_server() -> Iterator[Web]:
    """Serve on a free port of 127.0.0.1, and accept every request unless `answer` is changed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            post = Post(self.path, headers, self.rfile.read(int(headers["content-length"])))
            web.posts.append(post)
            status, answered = web.answer(post)
            self.send_response(status)
            for name, value in {**answered, "content-length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
            """Suppress the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web = Web(url=f"http://127.0.0.1:{server.server_port}/alerts", answer=lambda _: (204, {}))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
