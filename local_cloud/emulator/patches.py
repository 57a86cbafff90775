"""Patches that give ministack 1.5.33 behavior of AWS that it lacks. They use its private names."""

import re
import socket
import ssl
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import iot, iot_data, lambda_svc
from ministack.services.cloudformation import provisioners

from local_cloud.emulator.asgi import App, Message, Receive, Send

LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (addresses to replace)


def bind_loopback_only() -> None:
    """Bind sockets to loopback instead of all interfaces.

    `BIND_HOST` covers only the HTTP port. The MQTT listener, and listeners that ministack opens on demand, bind to
    0.0.0.0.
    """
    bind = socket.socket.bind

    def bind_loopback(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host, *rest = address
            address = (LOOPBACK.get(host, host), *rest)
        bind(self, address)

    socket.socket.bind = bind_loopback  # type: ignore[method-assign,assignment]  # process-wide on purpose


def require_device_certificates() -> None:
    """Refuse MQTT clients without a certificate, as AWS IoT does. ministack accepts them."""
    build = iot._mtls_build_ssl_context  # noqa: SLF001  (no public hook)

    def build_strict() -> ssl.SSLContext:
        context: ssl.SSLContext = build()
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    iot._mtls_build_ssl_context = build_strict  # noqa: SLF001  (as above)


def invoke_from_rules_asynchronously() -> None:
    """Make IoT rules invoke functions asynchronously, as AWS does: with retries and a failure destination."""

    def dispatch(account_id: str, region: str, function_arn: str, event: Any) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref_in_scope(  # noqa: SLF001  (no public hook)
            function_arn, account_id=account_id, region=region
        )
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001  (as above)
            lambda_svc.invoke_async_with_retry(record, event)

    iot._dispatch_rule_to_lambda = dispatch  # noqa: SLF001  (as above)


def authorize_batches_as_iam() -> None:
    """Check the actions that IAM has for batches.

    ministack checks `sns:PublishBatch`, which IAM does not have, and `s3:DeleteObject` for the first object of a batch,
    also where the batch deletes a version of it.
    """
    extract = iam_actions.extract_iam_action

    def extract_as_iam(*request: Any) -> str | None:
        service, method, _, _, body, query = request
        action: str | None = extract(*request)
        if action == "sns:PublishBatch":
            return "sns:Publish"
        if service == "s3" and method == "POST" and "delete" in query:
            targets = iam_actions._s3_batch_delete_targets("", body)  # noqa: SLF001  (no public hook)
            return "s3:DeleteObjectVersion" if targets and targets[0][1] else action
        return action

    iam_actions.extract_iam_action = extract_as_iam


def refer_to_secrets_by_arn() -> None:
    """Make `Ref` of a secret its ARN, as CloudFormation does. ministack returns the name, which no policy matches."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]  # noqa: SLF001  (no public hook)
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_in(arn: str) -> str:
        return arn.rpartition(":")[2].rpartition("-")[0]

    def create_with_arn(*arguments: Any) -> tuple[str, dict[str, Any]]:
        _, attributes = create(*arguments)
        return attributes["Arn"], attributes

    def update_with_arn(arn: str, *arguments: Any, **options: Any) -> tuple[str, dict[str, Any]]:
        _, attributes = update(name_in(arn), *arguments, **options)
        return attributes["Arn"], attributes

    def delete_by_arn(arn: str, *arguments: Any) -> None:
        delete(name_in(arn), *arguments)

    handlers |= {"create": create_with_arn, "update": update_with_arn, "delete": delete_by_arn}


def know_conditional_puts() -> None:
    """Give policies the condition key `s3:if-none-match` of a put."""
    context_of = iam_actions._s3_object_context  # noqa: SLF001  (no public hook)

    def context_with_condition(
        action: str, query: dict[str, Any], path: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        context: dict[str, Any] = context_of(action, query, path, headers)
        if action == "s3:PutObject" and headers.get("if-none-match"):
            context["s3:if-none-match"] = headers["if-none-match"]
        return context

    iam_actions._s3_object_context = context_with_condition  # noqa: SLF001  (as above)


def name_roles_as_principals() -> None:
    """Give policies the role as `aws:PrincipalArn` of an assumed role. ministack gives the session."""
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001  (no public hook)

    def resolve_role(key: str, context: Any) -> Any:
        value = resolve(key, context)
        if key.lower() != "aws:principalarn":
            return value
        return re.sub(r":sts:(:\d+:)assumed-role/([^/]+)/.+", r":iam:\1role/\2", value)

    iam_evaluator._resolve_condition_key = resolve_role  # noqa: SLF001  (as above)


def serve_delete_connection() -> None:
    """Serve DeleteConnection of the IoT data plane."""
    handle = iot_data.handle_request

    async def handle_or_delete_connection(
        method: str, path: str, headers: Message, body: bytes, query: dict[str, list[str]]
    ) -> Any:
        prefix = "/connections/"
        if method != "DELETE" or not path.startswith(prefix):
            return await handle(method, path, headers, body, query)
        scope = (get_account_id(), get_region(), unquote(path.removeprefix(prefix)))
        session = iot._connected_clients.get(scope)  # noqa: SLF001  (no public hook)
        if session is None:
            return error_response_json("ResourceNotFoundException", "There is no such connection", 404)
        if query.get("preventWillMessage") == ["true"]:
            session._will_topic = None  # noqa: SLF001  (as above)
        if query.get("cleanSession") == ["true"]:
            session._persist_session = False  # noqa: SLF001  (as above)
        # The reason that AWS IoT's lifecycle event gives.
        session._forced_disconnect_reason = "API_INITIATED_DISCONNECT"  # noqa: SLF001  (as above)
        await session._send({"type": "websocket.close", "code": 1000})  # noqa: SLF001  (as above)
        await session.cleanup()
        return 200, {"Content-Type": "application/json"}, b""

    iot_data.handle_request = handle_or_delete_connection


def claim_https(app: App) -> App:
    """Mark requests as TLS. Otherwise policies that require `aws:SecureTransport` deny plain HTTP on loopback.

    Not those for the discovery document of a user pool, whose addresses would then be https.
    """

    async def app_behind_tls(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "/.well-known/" not in scope["path"]:
            scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
        await app(scope, receive, send)

    return app_behind_tls


def send_no_cors(app: App) -> App:
    """Drop the headers with which ministack lets any web page read its responses."""

    async def app_without_cors(scope: Message, receive: Receive, send: Send) -> None:
        async def send_without_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message["headers"] if not each[0].lower().startswith(b"access-control-")]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_without_cors)

    return app_without_cors
