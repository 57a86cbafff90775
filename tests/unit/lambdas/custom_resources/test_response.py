from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.custom_resources.response import NOT_CREATED, respond
from tests.unit.lambdas.custom_resources.events import COLLECTION, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def cloudformation() -> Iterator[tuple[str, list[tuple[dict[str, Any], str | None]]]]:
    """Serve a response URL; yield it, and the list of responses with their content types."""
    responses: list[tuple[dict[str, Any], str | None]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            responses.append((json.loads(body), self.headers["Content-Type"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/response?signature=x", responses
        finally:
            server.shutdown()
            thread.join()


def response_to(kind: str, handle: Callable[[dict[str, Any]], dict[str, Any]], **members: Any) -> dict[str, Any]:
    with cloudformation() as (url, responses):
        respond(event(kind, ResponseURL=url, **members), handle)
    [(result, content_type)] = responses
    # S3 refuses a pre-signed request with a content type that was not signed.
    assert content_type == ""
    assert {name: result.pop(name) for name in ("StackId", "RequestId", "LogicalResourceId")} == {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Faces",
    }
    return result


def test_success_response_has_the_attributes() -> None:
    result = response_to("Create", lambda _: {"PhysicalResourceId": "made", "Data": {"Arn": "arn"}})
    assert result == {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Arn": "arn"}}


@pytest.mark.parametrize(("kind", "physical_id"), [("Create", NOT_CREATED), ("Update", COLLECTION)])
def test_any_error_fails_the_deployment_with_its_reason(kind: str, physical_id: str) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("CollectionId")

    result = response_to(kind, refuse)
    assert result == {"Status": "FAILED", "Reason": "KeyError: 'CollectionId'", "PhysicalResourceId": physical_id}


def test_rollback_does_not_delete_what_was_never_created() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("the resource must not be handled")

    assert response_to("Delete", refuse, physical_id=NOT_CREATED)["Status"] == "SUCCESS"
