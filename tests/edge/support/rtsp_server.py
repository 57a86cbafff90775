"""A network camera with RTSP (RFC 2326) over TCP and JPEG in RTP (RFC 2435), which can hang."""

from __future__ import annotations

import socketserver
import struct
import threading
import time

import cv2
import numpy as np

_WIDTH, _HEIGHT = 160, 120
_PACKET_BYTES = 1200
_CLOCK_HZ = 90_000


class RtspServer(socketserver.ThreadingTCPServer):
    """Sends gray pictures, each lighter by one level. After `hang_after` frames a connection sends nothing more."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.hang_after: int | None = None
        self.connections = 0
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.server_address[1]}/stream"

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: RtspServer

    def handle(self) -> None:
        while request := self._read_request():
            method, sequence = request
            if method == "DESCRIBE":
                description = (
                    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:track\r\n"
                )
                self._answer(sequence, "Content-Type: application/sdp\r\n", description)
            elif method == "SETUP":
                self._answer(sequence, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n")
            elif method == "PLAY":
                self.server.connections += 1
                self._answer(sequence, "Session: 1\r\n")
                self._play()
                return
            else:
                self._answer(sequence, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n")

    def _read_request(self) -> tuple[str, str] | None:
        lines: list[str] = []
        while (line := self.rfile.readline().decode().strip()) or not lines:
            if not line:
                return None
            lines.append(line)
        headers = dict(line.split(": ", 1) for line in lines[1:])
        return lines[0].split()[0], headers["CSeq"]

    def _answer(self, sequence: str, headers: str, body: str = "") -> None:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.wfile.write(f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{headers}{length}\r\n{body}".encode())

    def _play(self) -> None:
        shown, packet_number = 0, 0
        while not self.server.closing.wait(1 / 30):
            if self.server.hang_after is not None and shown >= self.server.hang_after:
                continue
            shown += 1
            timestamp = int(time.monotonic() * _CLOCK_HZ) & 0xFFFFFFFF
            for last, payload in _rtp_jpeg(np.full((_HEIGHT, _WIDTH, 3), shown % 256, np.uint8)):
                packet_number += 1
                rtp = struct.pack(">BBHII", 0x80, (0x80 if last else 0) | 26, packet_number & 0xFFFF, timestamp, 1)
                try:
                    self.wfile.write(b"$\0" + struct.pack(">H", len(rtp) + len(payload)) + rtp + payload)
                except OSError:
                    return


def _rtp_jpeg(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[tuple[bool, bytes]]:
    """The payloads of a picture's packets, each with whether it is the last. The first one carries the tables."""
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    tables, position = b"", 2
    while jpeg[position + 1] != 0xDA:
        length = struct.unpack_from(">H", jpeg, position + 2)[0]
        if jpeg[position + 1] == 0xDB:
            segment = jpeg[position + 4 : position + 2 + length]
            tables += b"".join(segment[start + 1 : start + 65] for start in range(0, len(segment), 65))
        position += 2 + length
    scan = jpeg[position + 2 + struct.unpack_from(">H", jpeg, position + 2)[0] : -2]
    packets = []
    for offset in range(0, len(scan), _PACKET_BYTES):
        # Type 1: 4:2:0 with the standard Huffman tables. Q 255: the quantization tables follow.
        header = struct.pack(">I", offset) + bytes([1, 255, _WIDTH // 8, _HEIGHT // 8])
        table_header = struct.pack(">BBH", 0, 0, len(tables)) + tables if offset == 0 else b""
        part = scan[offset : offset + _PACKET_BYTES]
        packets.append((offset + _PACKET_BYTES >= len(scan), header + table_header + part))
    return packets
