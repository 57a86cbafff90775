"""Call the console as somebody who is signed in, without Cognito, sessions or a browser."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode
from zoneinfo import ZoneInfo

from lambdas.console.app import build_app
from lambdas.console.person import Person, Role
from lambdas.console.services import Services
from lambdas.review.link_page.head_requests import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.review_desk import Desk

ORIGIN = "https://console.example"


@dataclass(frozen=True)
class Answered:
    """A response of the console."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def person(*groups: str, name: str = "ana@agency.example") -> Person:
    return Person(sub=f"sub-of-{name}", name=name, groups=frozenset(map(Role, groups)))


def services_of(desk: Desk, **changes: Any) -> Services:
    """Build the services on the tables and buckets of a desk."""
    given: dict[str, Any] = {
        "dynamodb": desk.dynamodb,
        "s3": desk.s3,
        "verdicts": desk.verdicts,
        "cases_table": "cases",
        "cameras_table": "cameras",
        "detection_bucket": "detection",
        "gallery_bucket": "gallery",
        "stage": "agency-dev",
        "agency": "Agency",
        "zone": ZoneInfo("America/Denver"),
        "language": "en",
        "now": desk.clock,
    }
    return Services(**given | changes)


class ConsoleClient:
    """Requests of one person, who may change between two requests."""

    def __init__(self, services: Services, signed_in: Person) -> None:
        self.person = signed_in
        self.app = build_app(services, lambda _event, _is_poll: self.person, origin=ORIGIN)

    def get(self, path: str, *, accept: str = "text/html", **headers: str) -> Answered:
        """`path` may have a query. `hx_request="true"` is the header hx-request."""
        return self._ask("GET", path, None, {"accept": accept, **headers})

    def head(self, path: str) -> Answered:
        return self._ask("HEAD", path, None, {"accept": "text/html"})

    def get_json(self, path: str, **headers: str) -> Any:
        """Return the document of a successful answer."""
        answered = self.get(path, accept="application/json", **headers)
        assert answered.status == 200, answered.text
        return answered.json()

    def post(
        self, path: str, form: Mapping[str, Any] | None = None, *, accept: str = "text/html", **headers: str
    ) -> Answered:
        """Submit a form. A list is a field that is repeated."""
        body = urlencode(form or {}, doseq=True).encode()
        return self._ask(
            "POST",
            path,
            body,
            {"origin": ORIGIN, "accept": accept, "content-type": "application/x-www-form-urlencoded", **headers},
        )

    def post_json(self, path: str, document: Any, **headers: str) -> Answered:
        """Send a JSON document, and ask for one."""
        sent = {"origin": ORIGIN, "accept": "application/json", "content-type": "application/json", **headers}
        return self._ask("POST", path, json.dumps(document).encode(), sent)

    def upload(self, path: str, form: Mapping[str, str], *, accept: str = "text/html", **files: bytes) -> Answered:
        """Submit a multipart form with files."""
        parts = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in form.items()
        ]
        for name, content in files.items():
            disposition = f'Content-Disposition: form-data; name="{name}"; filename="{name}.jpg"'
            parts.append(f"--edge\r\n{disposition}\r\nContent-Type: image/jpeg\r\n\r\n".encode() + content + b"\r\n")
        headers = {"origin": ORIGIN, "accept": accept, "content-type": "multipart/form-data; boundary=edge"}
        return self._ask("POST", path, b"".join(parts) + b"--edge--\r\n", headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answered:
        event = http_event(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return answered(resolve(self.app, event, None))  # type: ignore[arg-type] # the app does not use the context


def http_event(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """Build the event that an HTTP API sends."""
    address, _, query = path.partition("?")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(address),
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)),
        "headers": {"accept-encoding": "gzip", **headers},
        "requestContext": {
            "http": {"method": method, "path": unquote(address), "sourceIp": "192.0.2.1"},
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def answered(response: Mapping[str, Any]) -> Answered:
    """Read what the function returns to the HTTP API."""
    body = base64.b64decode(response["body"]) if response.get("isBase64Encoded") else response["body"].encode()
    headers = {name.lower(): value for name, value in response["headers"].items()}
    if body and headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Answered(response["statusCode"], headers, body)
