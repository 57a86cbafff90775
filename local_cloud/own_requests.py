"""Refuse the requests that a foreign web page makes in the developer's browser.

Loopback alone does not keep web pages out. A page can post to http://127.0.0.1, and with DNS rebinding its own name
resolves to 127.0.0.1. The emulator runs code for whoever asks, so every server of the local cloud has this check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

# Names that no foreign site can have: browsers resolve *.localhost to loopback, and a name cannot end in a number.
_LOOPBACK_NAME = re.compile(r"(?:[a-z0-9.-]+\.)?(?:localhost|127\.0\.0\.1)|\[::1\]")
# The address in an alert's link. Only AWS can make such a name resolve.
_LINKS_API = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_READS = frozenset({"GET", "HEAD"})


class OwnRequestsOnly:
    """ASGI middleware that answers 421 to a foreign `Host` and 403 to a foreign `Origin`.

    `hosts` are names that the operator allows in addition, in lower case.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        refusal = self._refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, text = refusal
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text))]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": text})

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        asked = headers.get("host", [])
        if len(asked) != 1 or not self._is_own(asked[0]):
            return 421, b"The local cloud answers only to 127.0.0.1 and localhost.\n"
        if self._is_upload_form(scope, headers):
            return None
        site = headers.get("sec-fetch-site", ["none"])[-1]
        if any(not self._is_of(origin, asked[0], site) for origin in headers.get("origin", [])):
            return 403, b"The local cloud does not answer web pages of other sites.\n"
        # A browser sends no Origin with a GET, and the query protocol of AWS acts on one.
        is_harmless = scope.get("method", "GET") in _READS and b"action=" not in scope["query_string"].lower()
        if site not in {"none", "same-origin"} and not is_harmless:
            return 403, b"The local cloud does not answer web pages of other sites.\n"
        return None

    def _is_upload_form(self, scope: Scope, headers: Mapping[str, list[str]]) -> bool:
        """Whether a page of a local server posts a form to a bucket, as that of an upload link does."""
        types, origins = headers.get("content-type", []), headers.get("origin", [])
        is_form = [kind.partition(";")[0].strip() for kind in types] == ["multipart/form-data"]
        is_bucket = scope.get("method") == "POST" and scope["path"].strip("/").count("/") == 0 and scope["path"] != "/"
        return is_form and is_bucket and len(origins) == 1 and self._is_own(urlsplit(origins[0]).netloc)

    def _is_own(self, host: str) -> bool:
        name = re.sub(r":\d{1,5}\Z", "", host.lower())
        return name in self._hosts or bool(_LOOPBACK_NAME.fullmatch(name) or _LINKS_API.fullmatch(name))

    @staticmethod
    def _is_of(origin: str, host: str, site: str) -> bool:
        """Whether a page of this server sent the origin. It is "null" for a form of a page without a referrer."""
        return site == "same-origin" if origin == "null" else urlsplit(origin).netloc.lower() == host.lower()
