"""A third party's web server, with a feed that the agency reads."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class FeedSite:
    """A static site. `folder` holds its files."""

    folder: Path
    url: str

    @property
    def table(self) -> str:
        """The feed's table in the agency file."""
        return f"""
[[feeds]]
name = "shelter"
url = "{self.url}/feed.xml"
permission = "The stand-in of a test serves fictional entries."
"""


@contextmanager
def serving(folder: Path) -> Iterator[FeedSite]:
    """Serve the folder on a free port of 127.0.0.1."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield FeedSite(folder, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
