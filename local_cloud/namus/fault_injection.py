"""ASGI middleware that counts requests, delays them, and injects faults."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_cloud.namus.request_counts import RequestCounts, kind_of
from local_cloud.namus.switches import Kind, RequestFault


class ActiveFaults:
    """The injected faults, with counts of the requests that each fault matches."""

    def __init__(self, faults: Sequence[RequestFault]) -> None:
        self._faults = [(fault, _Tally()) for fault in faults]

    def hitting(self, kind: Kind, path: str) -> list[RequestFault]:
        """List the faults that hit this request. The first one with an action (`do`) ends the list."""
        hitting = []
        for fault, tally in self._faults:
            if kind in fault.on and fault.path.lower() in path and tally.hits(fault):
                hitting.append(fault)
                if fault.do:
                    break
        return hitting


@dataclass
class _Tally:
    seen: int = 0
    hit: int = 0

    def hits(self, fault: RequestFault) -> bool:
        self.seen += 1
        past = self.seen - fault.after
        if past < 1 or past % fault.every or (fault.times is not None and self.hit >= fault.times):
            return False
        self.hit += 1
        return True


class FaultInjection:
    """The middleware.

    Args:
        app: The API, with routes in lower case.
        requests: Counts the requests.
    """

    def __init__(self, app: ASGIApp, requests: RequestCounts) -> None:
        self._app = app
        self._requests = requests
        self.faults = ActiveFaults(())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection. The stand-in's own pages are neither counted nor failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, scope = scope["path"], {**scope, "path": scope["path"].lower()}
        if asked == "/" or asked.startswith("/_stand_in/"):
            await self._app(scope, receive, send)
            return
        kind = kind_of(scope["path"])
        answer = _Response(send, receive, self._requests)
        self._requests.begin(
            kind, scope["method"], asked, dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
        )
        try:
            await self._answer(self.faults.hitting(kind, scope["path"]), scope, receive, answer)
        finally:
            self._requests.end(answer.status)

    async def _answer(self, faults: list[RequestFault], scope: Scope, receive: Receive, answer: "_Response") -> None:
        await asyncio.sleep(sum(fault.latency_ms for fault in faults) / 1000)
        fault = next((fault for fault in faults if fault.do), None)
        if fault is None:
            await self._app(scope, receive, answer.send)
        elif fault.do == "drop":
            await answer.drop()
        elif fault.do in {"status", "redirect"}:
            await _refusal(fault, scope)(scope, receive, answer.send)
        else:
            await self._app(scope, receive, answer.spoiling(str(fault.do)))


def _refusal(fault: RequestFault, scope: Scope) -> Response:
    if fault.to and fault.do == "redirect":
        return RedirectResponse(fault.to.rstrip("/") + scope["raw_path"].decode("latin-1"), 302)
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    return PlainTextResponse("A fault injected by the stand-in.\n", fault.status, headers)


class _Response:
    """Sends the response of one request."""

    def __init__(self, send: Send, receive: Receive, requests: RequestCounts) -> None:
        self._send = send
        self._receive = receive
        self._requests = requests
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Send a message and count its bytes."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self._requests.bytes_sent += len(message.get("body", b""))
        await self._send(message)

    async def drop(self) -> None:
        """Close the connection after the data sent so far, and wait until it is closed."""
        self._transport.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def spoiling(self, how: str) -> Send:
        """Make a `send` that changes the body. The API sends each body in one message."""
        starts: list[Message] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
                return
            whole = message.get("body", b"")
            body = {"text": b"This is not what was asked for.\n", "empty": b""}.get(how, whole[: len(whole) // 2])
            length = len(whole if how == "cut" else body)
            headers = [(name, value) for name, value in starts[0]["headers"] if name != b"content-length"]
            await self.send({**starts[0], "headers": [*headers, (b"content-length", b"%d" % length)]})
            await self.send({"type": "http.response.body", "body": body, "more_body": how == "cut"})
            if how == "cut":
                await self.drop()

        return send

    @property
    def _transport(self) -> asyncio.Transport:
        # ASGI cannot drop a connection. `send` is a method of uvicorn's request, which has the transport.
        return cast("asyncio.Transport", cast("Any", self._send).__self__.transport)
