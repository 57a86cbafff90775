"""Fault injection: makes requests to the emulator fail.

It runs in the emulator's process, in front of ministack. So it affects requests of tests, functions, and the CDK, but
not calls inside the emulator, such as a topic's delivery to its queue.
"""

import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs

from local_cloud.emulator.asgi import JSON, App, Message, Receive, Send, read_body, respond

PATH = "/_local_cloud/faults"
SERVICE_OF_SIGNATURE = re.compile(rb"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


@dataclass
class Fault:
    """Which requests fail, and how.

    Attributes:
        service: Name in the request's signature: sns, dynamodb, s3, sqs, ...
        action: Name of the API operation; for S3 the HTTP method.
        times: How many more requests fail. An SDK retries, so one call can be several requests.
        status: HTTP status of the response.
        code: The service's error code.
        after: Execute the request, then respond with the error, as when a response is lost.
    """

    service: str
    action: str
    times: int = 1
    status: int = 500
    code: str = "InternalFailure"
    after: bool = False


class FaultyGateway:
    """ASGI middleware that fails requests.

    `PUT` a JSON list of faults to `PATH` to replace all faults; `GET` lists the faults that are left.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.faults: list[Fault] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "http" and scope["path"] == PATH:
            await self._configure(scope["method"], await read_body(receive), send)
        elif scope["type"] == "http" and self.faults:
            await self._serve_or_fail(scope, await read_body(receive), receive, send)
        else:
            await self.app(scope, receive, send)

    async def _configure(self, method: str, body: bytes, send: Send) -> None:
        if method == "PUT":
            self.faults = [Fault(**fault) for fault in json.loads(body)]
        left = [asdict(fault) for fault in self.faults if fault.times > 0]
        await respond(send, 200, json.dumps(left).encode(), JSON)

    async def _serve_or_fail(self, scope: Message, body: bytes, receive: Receive, send: Send) -> None:
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        fault = self._matching_fault(scope, body)
        if fault is None:
            await self.app(scope, replay, send)
            return
        fault.times -= 1
        if fault.after:
            await self.app(scope, replay, _discard)
        await respond(send, fault.status, _error(scope, fault), [(b"x-amzn-errortype", fault.code.encode())])

    def _matching_fault(self, scope: Message, body: bytes) -> Fault | None:
        headers = dict(scope["headers"])
        signature = SERVICE_OF_SIGNATURE.search(headers.get(b"authorization", b""))
        service = signature[1].decode() if signature else ""
        action = _action(scope["method"], headers, body)
        matching = (fault for fault in self.faults if (fault.service, fault.action) == (service, action))
        return next((fault for fault in matching if fault.times > 0), None)


def _action(method: str, headers: dict[bytes, bytes], body: bytes) -> str:
    if target := headers.get(b"x-amz-target"):
        return target.decode().rpartition(".")[2]
    if b"form" in headers.get(b"content-type", b""):
        return parse_qs(body.decode()).get("Action", [method])[0]
    return method


def _error(scope: Message, fault: Fault) -> bytes:
    message = "A fault injected by a test."
    if any(name == b"x-amz-target" for name, _ in scope["headers"]):
        return json.dumps({"__type": fault.code, "message": message}).encode()
    error = f"<Error><Code>{fault.code}</Code><Message>{message}</Message></Error>"
    return (error if fault.service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>").encode()


async def _discard(_: Message) -> None:
    """Drop a response."""
