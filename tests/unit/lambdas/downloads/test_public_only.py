"""Tests of the transport that reaches only public addresses."""

from __future__ import annotations

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE
from lambdas.downloads.errors import RefusedError
from lambdas.downloads.public_only import PublicOnly, public_transport
from tests.support.certificates import Authority
from tests.support.loopback_site import Page, loopback_site

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
    ["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",  # noqa: S104 - not bound
     "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1",
     "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
     "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:104.16.132.229", "64:ff9b::7f00:1", "64:ff9b::6810:84e5",
     "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1",
     "2001:db8::1", "2002:7f00:1::", "2002:6810:84e5::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1",
     "fec0::1", "ff02::1"],
)  # fmt: skip
def test_special_address_is_refused_before_sending(address: str) -> None:
    with pytest.raises(RefusedError, match="not a public address"):
        ask(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2001:200::1", "2606:4700::1"]
)
def test_public_address_is_reached(address: str) -> None:
    assert ask(address).url.host == address


@pytest.mark.parametrize("url", ["http://0x7f.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://127.1/"])
def test_other_spellings_of_loopback_are_refused(url: str) -> None:
    transport = PublicOnly(httpx.MockTransport(lambda _: httpx.Response(200)))
    with httpx.Client(transport=transport) as client, pytest.raises(RefusedError):
        client.get(url)


def test_second_answer_of_the_name_server_is_not_used() -> None:
    answers = iter([["104.16.132.229"], ["127.0.0.1"]])
    sent: list[str] = []

    def resolve(*_: Any, **__: Any) -> Any:
        return resolver(*next(answers))("", 443)

    def network(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.host)
        return httpx.Response(200)

    with httpx.Client(transport=PublicOnly(httpx.MockTransport(network), resolve=resolve)) as client:
        client.get("https://shelter.example/feed")
        with pytest.raises(RefusedError):
            client.get("https://shelter.example/feed")
    assert sent == ["104.16.132.229"]


def test_only_the_local_clouds_variable_allows_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback_site() as site:
        site.pages["/feed"] = Page(b"feed")
        monkeypatch.delenv(LOCAL_CLOUD_VARIABLE, raising=False)
        with httpx.Client(transport=public_transport()) as client, pytest.raises(RefusedError):
            client.get(f"{site.url}/feed")
        assert site.requests == []
        monkeypatch.setenv(LOCAL_CLOUD_VARIABLE, "1")
        with httpx.Client(transport=public_transport()) as client:
            assert client.get(f"{site.url}/feed").content == b"feed"


def test_local_cloud_allows_no_other_private_address() -> None:
    transport = PublicOnly(httpx.MockTransport(lambda _: httpx.Response(200)), allow_loopback=True)
    with httpx.Client(transport=transport) as client, pytest.raises(RefusedError):
        client.get("http://169.254.169.254/latest/meta-data/")


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
    monkeypatch.setattr("lambdas.downloads.public_only.is_public", lambda _: True)
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
