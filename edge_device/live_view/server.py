"""Serves the live view on 127.0.0.1 to browsers that have the token."""

from __future__ import annotations

import json
import os
import secrets
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_device.live_view.picture import LivePicture

_MAX_VIEWERS = 4
_NAMES = frozenset({"127.0.0.1", "localhost"})
_FOLDER = Path(__file__).parent
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def read_token(file: Path) -> str:
    """Read the token; creates the file if it is missing, readable only by its owner."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(24))
    return file.read_text().strip()


def live_link(port: int, token: str) -> str:
    """Return the address that opens the live view."""
    return f"http://127.0.0.1:{port}/?token={token}"


class LiveServer:
    """The server, on 127.0.0.1 only. Use `ssh -L` from another computer."""

    def __init__(self, port: int, token: str, picture: LivePicture, state: Callable[[], dict[str, Any]]) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.token, self._server.picture, self._server.state = token, picture, state
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, name="live-view", daemon=True).start()

    def stop(self) -> None:
        """Stop listening. Open streams end with the program."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    token: str
    picture: LivePicture
    state: Callable[[], dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds for one picture; the server disconnects slower viewers

    def do_GET(self) -> None:
        """Route a request, if it has the token or the cookie."""
        address = urlsplit(self.path)
        if not self._is_own():
            return
        given = parse_qs(address.query).get("token", [""])[0]
        if given and secrets.compare_digest(given.encode(), self.server.token.encode()):
            self._set_cookie()
        elif not self._has_cookie():
            self.send_error(403, "Open this page with ?token=... (the token is in live_view.token_file)")
        else:
            self._answer(address.path)

    def _is_own(self) -> bool:
        """Refuse what a page of another site asks.

        With DNS rebinding, a foreign page can reach this server through a name that resolves to 127.0.0.1.
        """
        host = self.headers.get("Host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if name not in _NAMES:
            self.send_error(421, "Open http://127.0.0.1 instead")
            return False
        if self.headers.get("Origin", f"http://{host}") != f"http://{host}":
            self.send_error(403, "Pages of other sites may not use the live view")
            return False
        return True

    def _answer(self, path: str) -> None:
        if path == "/":
            self._send("text/html; charset=utf-8", (_FOLDER / "page.html").read_bytes())
        elif path == "/page.js":
            self._send("text/javascript; charset=utf-8", (_FOLDER / "page.js").read_bytes())
        elif path == "/state":
            self._send("application/json", json.dumps(self.server.state()).encode())
        elif path == "/stream.mjpg":
            with self.server.picture.watch() as viewers:
                if viewers > _MAX_VIEWERS:
                    self.send_error(503, f"Maximum of {_MAX_VIEWERS} viewers reached")
                else:
                    self._stream()
        else:
            self.send_error(404)

    def _set_cookie(self) -> None:
        """Exchange the token in the URL for a cookie, so that it does not stay in the address bar."""
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Set-Cookie", f"live={self.server.token}; HttpOnly; SameSite=Strict; Path=/")
        self.end_headers()

    def _has_cookie(self) -> bool:
        live = SimpleCookie(self.headers.get("Cookie", "")).get("live")
        return live is not None and secrets.compare_digest(live.value.encode(), self.server.token.encode())

    def _send(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        for name, value in {**_HEADERS, "Content-Type": media_type, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        for name, value in {**_HEADERS, "Content-Type": "multipart/x-mixed-replace; boundary=frame"}.items():
            self.send_header(name, value)
        self.end_headers()
        number = 0
        try:
            while newest := self.server.picture.next_after(number, timeout_s=30):
                number, jpeg = newest
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg))
                self.wfile.write(jpeg + b"\r\n")
        except OSError:
            self.close_connection = True  # the viewer left, or was too slow

    def log_message(self, *_: Any) -> None:
        """Log nothing, because requests contain the token."""
