"""The web server of the inbox. Every path but the inbox's own goes to the links API of the deployed agency.

A link in an alert starts with the API's own name below `localhost`, which browsers resolve and other programs may not.
The emulator knows the API by the name in `Host`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import httpx
import jinja2
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local_cloud.inbox.local_links import linked_text
from local_cloud.own_requests import OwnRequestsOnly

if TYPE_CHECKING:
    from starlette.requests import Request

    from local_cloud.inbox.messages import Messages

_PAGE = jinja2.Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"), autoescape=True)
_KEPT_HEADERS = ("content-type", "location", "content-security-policy", "cache-control", "referrer-policy")


class InboxServer:
    """Serves the messages at `/` and `/inbox.json`, and the pages behind their links."""

    def __init__(self, messages: Messages, emulator: str) -> None:
        self._messages = messages
        self._emulator = emulator

    def app(self) -> OwnRequestsOnly:
        """Build the ASGI app."""
        routes = [
            Route("/", self._page),
            Route("/inbox.json", self._json),
            Route("/{path:path}", self._behind_link, methods=["GET", "HEAD", "POST"]),
        ]
        return OwnRequestsOnly(Starlette(routes=routes))

    def _page(self, _: Request) -> Response:
        newest_first = [(each, linked_text(each.text)) for each in reversed(self._messages.received)]
        return HTMLResponse(_PAGE.render(messages=newest_first))

    def _json(self, _: Request) -> Response:
        return JSONResponse([asdict(each) for each in self._messages.received])

    async def _behind_link(self, request: Request) -> Response:
        apis = boto3.client("apigatewayv2").get_apis()["Items"]
        if not apis:
            return Response("No agency is deployed.\n", status_code=404)
        host = urlsplit(apis[0]["ApiEndpoint"]).netloc
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answer = await client.request(
                request.method,
                f"{self._emulator}{request.url.path}",
                params=request.url.query,
                headers={"Host": host, "Content-Type": request.headers.get("content-type", "text/plain")},
                content=await request.body(),
            )
        kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        return Response(answer.content, status_code=answer.status_code, headers=kept)
