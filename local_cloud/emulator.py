"""Starts the AWS emulator, ministack, with what its 1.5.33 lacks: `python -m local_cloud.emulator`.

Read from the environment, as ministack does: `GATEWAY_PORT`, `IOT_MTLS_PORT`, `BIND_HOST`, `AUTH`.
"""

import os
import socket
import ssl
from typing import Any
from urllib.parse import unquote

import ministack.app
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import iot, iot_data, lambda_svc

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


def invoke_from_rules_asynchronously() -> None:
    """Let an IoT rule invoke its function as AWS does: with retries and a failure destination."""

    def dispatch(account_id: str, region: str, function_arn: str, event: Any) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref_in_scope(  # noqa: SLF001  (what ministack calls here)
            function_arn, account_id=account_id, region=region
        )
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001  (as above)
            lambda_svc.invoke_async_with_retry(record, event)

    iot._dispatch_rule_to_lambda = dispatch  # noqa: SLF001  (as above)


def end_connections_on_request() -> None:
    """Serve DeleteConnection of the IoT data plane, which ministack lacks."""
    handle = iot_data.handle_request

    async def handle_also_connections(
        method: str, path: str, headers: Message, body: bytes, query: dict[str, list[str]]
    ) -> Any:
        prefix = "/connections/"
        if method != "DELETE" or not path.startswith(prefix):
            return await handle(method, path, headers, body, query)
        scope = (get_account_id(), get_region(), unquote(path.removeprefix(prefix)))
        session = iot._connected_clients.get(scope)  # noqa: SLF001  (the only register of connections)
        if session is None:
            return error_response_json("ResourceNotFoundException", "There is no such connection", 404)
        if query.get("preventWillMessage") == ["true"]:
            session._will_topic = None  # noqa: SLF001  (as above)
        if query.get("cleanSession") == ["true"]:
            session._persist_session = False  # noqa: SLF001  (as above)
        # What AWS IoT's lifecycle event gives as the reason.
        session._forced_disconnect_reason = "API_INITIATED_DISCONNECT"  # noqa: SLF001  (as above)
        await session._send({"type": "websocket.close", "code": 1000})  # noqa: SLF001  (as above)
        await session.cleanup()
        return 200, {"Content-Type": "application/json"}, b""

    iot_data.handle_request = handle_also_connections


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
    invoke_from_rules_asynchronously()
    end_connections_on_request()
    if os.environ.get("AUTH") == "true":
        ministack.app.app = claim_https(ministack.app.app)
    ministack.app.app = FaultyGateway(ministack.app.app)
    ministack.app.main()
