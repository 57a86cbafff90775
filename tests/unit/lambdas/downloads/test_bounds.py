"""Tests of the bounds of a download, against a real server: decoded size, layers of encoding, total time."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.downloads.deadline import DeadlineTransport
from lambdas.downloads.errors import RefusedError, TooLargeError, UnavailableError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.public_only import PublicOnly
from tests.support.raw_server import raw_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.raw_server import RawServer

OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"


@pytest.fixture
def server() -> Iterator[RawServer]:
    with raw_server() as serving:
        yield serving


def client(server: RawServer, **options: Any) -> PoliteClient:
    settings: dict[str, Any] = {"permission": "the test's own", "pace": ProcessPace(1e6)} | options
    return PoliteClient(base_url=server.url, contact="t@agency.example", **settings)


def encoded(encoding: str, body: bytes) -> list[bytes]:
    return [OK + f"content-encoding: {encoding}\r\n\r\n".encode(), body]


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body, wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("identity, GZIP", gzip.compress),
     ("identity", bytes), ("", bytes)],
)  # fmt: skip
def test_one_layer_of_encoding_is_decoded(server: RawServer, encoding: str, encode: Any) -> None:
    server.answers["/a"] = encoded(encoding, encode(b"a case" * 1_000))
    assert client(server).get("/a", max_bytes=6_000) == b"a case" * 1_000
    assert "accept-encoding: gzip, deflate\r\n" in server.requests[0].lower()


def test_bomb_in_one_layer_stops_at_the_size_limit(server: RawServer) -> None:
    server.answers["/bomb"] = encoded("gzip", gzip.compress(b"\0" * 50_000_000, compresslevel=1))
    tracemalloc.start()
    with pytest.raises(TooLargeError, match="larger than 1,000,000 bytes"):
        client(server).get("/bomb", max_bytes=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br", "zstd"])
def test_other_encodings_are_refused_with_their_names(server: RawServer, encoding: str) -> None:
    server.answers["/bomb"] = encoded(encoding, gzip.compress(gzip.compress(b"\0" * 1_000)))
    with pytest.raises(RefusedError, match=f"encoded with {encoding.partition(',')[0]}"):
        client(server).get("/bomb", max_bytes=1_000_000)


@pytest.mark.parametrize("body", [b"not compressed", gzip.compress(b"x" * 1_000)[:-9]], ids=["plain", "cut off"])
def test_broken_encoding_is_an_error_of_the_server(server: RawServer, body: bytes) -> None:
    server.answers["/a"] = encoded("gzip", body)
    with pytest.raises(UnavailableError, match="not gzip"):
        client(server).get("/a", max_bytes=1_000_000)


def endless(*first: bytes, piece: bytes) -> Iterator[bytes]:
    return itertools.chain(first, itertools.repeat(piece))


SLOW = {
    "status": endless(piece=b"H"),
    "headers": endless(OK + b"x: ", piece=b"y"),
    "body": endless(OK + b"\r\n", piece=b"z"),
    "silence": endless(piece=b""),
}


@pytest.mark.parametrize("part", SLOW)
@pytest.mark.parametrize("public_only", [False, True])
def test_slow_server_is_left_after_the_time_limit(server: RawServer, part: str, *, public_only: bool) -> None:
    server.answers["/slow"], server.pause_s = SLOW[part], 0.02
    transport: Any = DeadlineTransport()
    if public_only:  # as the feeds use it: the deadline is in the transport inside
        transport = PublicOnly(transport)
        transport._address = lambda *_: "127.0.0.1"
    started = time.monotonic()
    with pytest.raises(TooLargeError, match=r"takes longer than 0\.3 s"):
        client(server, time_limit_s=0.3, transport=transport).get("/slow", max_bytes=1_000_000)
    assert time.monotonic() - started < 10
    assert len(server.requests) == 1, "a slow server is not tried again"


def test_time_limit_counts_anew_for_each_request(server: RawServer) -> None:
    server.answers["/a"], server.pause_s = [OK + b"\r\n", b"a", b"b"], 0.05
    polite = client(server, time_limit_s=0.4)
    assert [polite.get("/a", max_bytes=10) for _ in range(3)] == [b"ab"] * 3


def test_answer_with_endless_headers_is_refused(server: RawServer) -> None:
    server.answers["/a"] = endless(OK, piece=b"x: " + b"y" * 1_000 + b"\r\n")
    with pytest.raises(UnavailableError):
        client(server).get("/a", max_bytes=10)
    assert server.sent < 20_000_000
