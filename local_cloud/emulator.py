"""Starts the AWS emulator, ministack, with what its 1.5.33 lacks: `python -m local_cloud.emulator`.

Read from the environment, as ministack does: `GATEWAY_PORT`, `IOT_MTLS_PORT`, `BIND_HOST`, `AUTH`.
"""

import os
import socket
import ssl
from typing import Any

import ministack.app
from ministack.services import iot

from local_cloud.faults import App, FaultyGateway, Message, Receive, Send

LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (what is refused)


def bind_loopback_only() -> None:
    """Turn every attempt to listen on all interfaces into one on loopback.

    `BIND_HOST` covers only the HTTP port: the MQTT listener, and others that ministack opens on demand, ask for
    0.0.0.0.
    """
    bind = socket.socket.bind

    def bind_loopback(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host, *rest = address
            address = (LOOPBACK.get(host, host), *rest)
        bind(self, address)

    socket.socket.bind = bind_loopback  # type: ignore[method-assign,assignment]  # for the whole process, on purpose


def require_device_certificates() -> None:
    """Refuse an MQTT client that shows no certificate, as AWS IoT does; ministack serves it."""
    build = iot._mtls_build_ssl_context  # noqa: SLF001  (the only place where the context is made)

    def build_strict() -> ssl.SSLContext:
        context: ssl.SSLContext = build()
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    iot._mtls_build_ssl_context = build_strict  # noqa: SLF001  (as above)


def claim_https(app: App) -> App:
    """Mark each request as TLS, so that `aws:SecureTransport` denies do not refuse plain HTTP on loopback."""

    async def app_behind_tls(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
        await app(scope, receive, send)

    return app_behind_tls


if __name__ == "__main__":
    bind_loopback_only()
    require_device_certificates()
    if os.environ.get("AUTH") == "true":
        ministack.app.app = claim_https(ministack.app.app)
    ministack.app.app = FaultyGateway(ministack.app.app)
    ministack.app.main()
