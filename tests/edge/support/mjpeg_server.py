"""A network camera with multipart JPEG over HTTP, which can hang as real ones do."""

from __future__ import annotations

import base64
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np


class MjpegServer(ThreadingHTTPServer):
    """Sends gray pictures, each lighter by one level. After `hang_after` frames a connection sends nothing more."""

    daemon_threads = True

    def __init__(self, *, frames_per_s: float = 30.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.frames_per_s = frames_per_s
        self.hang_after: int | None = None
        self.password: str | None = None
        self.connections = 0
        self.shown = 0
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://user:secret@127.0.0.1:{self.server_address[1]}/video.mjpg"

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        login = base64.b64encode(f"user:{self.server.password}".encode()).decode()
        if self.server.password and self.headers.get("Authorization") != f"Basic {login}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.server.connections += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        sent = 0
        while not self.server.closing.is_set():
            if self.server.hang_after is not None and sent >= self.server.hang_after:
                self.server.closing.wait(0.05)
                continue
            self.server.shown += 1
            picture = np.full((120, 160, 3), self.server.shown % 256, np.uint8)
            jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
            try:
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
                self.wfile.write(f"Content-Length: {len(jpeg)}\r\n\r\n".encode() + jpeg + b"\r\n")
            except OSError:
                return
            sent += 1
            time.sleep(1 / self.server.frames_per_s)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""
