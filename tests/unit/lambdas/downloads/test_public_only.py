"""Tests of the transport that reaches only public addresses."""

from __future__ import annotations

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.downloads.errors import RefusedError
from lambdas.downloads.public_only import PublicOnly
from tests.support.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path


def resolver(*addresses: str) -> Any:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def ask(*addresses: str) -> httpx.Request:
    """Send a request to a host with these addresses, and return the request as the network sees it."""
    sent: list[httpx.Request] = []

    def network(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    transport = PublicOnly(httpx.MockTransport(network), resolve=resolver(*addresses))
    with httpx.Client(transport=transport) as client:
        client.get("https://shelter.example:8443/feed?page=1")
    [request] = sent
    return request


def test_connection_uses_the_checked_address_and_host_name() -> None:
    request = ask("2606:4700::6810:84e5", "104.16.132.229")
    assert str(request.url) == "https://104.16.132.229:8443/feed?page=1"
    assert request.headers["host"] == "shelter.example:8443"
    assert request.extensions["sni_hostname"] == "shelter.example"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - not bound
     "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_private_address_is_refused_before_sending(address: str) -> None:
    with pytest.raises(RefusedError, match="not a public address"):
        ask(address)


def test_one_private_address_refuses_the_host() -> None:
    with pytest.raises(RefusedError):
        ask("104.16.132.229", "127.0.0.1")


def test_unresolved_host_raises_a_connect_error() -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    transport = PublicOnly(httpx.MockTransport(lambda _: httpx.Response(200)), resolve=resolve)
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ConnectError):
        client.get("https://shelter.example/feed")


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Log nothing."""


@pytest.mark.parametrize(("host", "trusted"), [("localhost", True), ("shelter.example", False)])
def test_certificate_is_checked_against_the_host_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool
) -> None:
    """The server has a certificate for localhost and for 127.0.0.1."""
    monkeypatch.setattr("lambdas.downloads.public_only._is_public", lambda _: True)
    authority = Authority(tmp_path)
    identity = authority.issue("server")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(identity.certificate, identity.key)
    asking = ssl.create_default_context(cafile=str(authority.ca))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as server:
        server.socket = serving.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        transport = PublicOnly(httpx.HTTPTransport(verify=asking), resolve=resolver("127.0.0.1"))
        try:
            with httpx.Client(transport=transport) as client:
                if trusted:
                    assert client.get(f"https://{host}:{server.server_port}/").status_code == 200
                else:
                    with pytest.raises(httpx.ConnectError, match=r"not valid for 'shelter\.example'"):
                        client.get(f"https://{host}:{server.server_port}/")
        finally:
            server.shutdown()
            thread.join()
