"""The HTTP server. It speaks the protocol of the AWS SDKs: JSON 1.1 with the operation in `X-Amz-Target`."""

import json
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local_cloud.own_requests import OwnRequestsOnly
from local_cloud.rekognition.authorization import Authorizer, PolicyAuthorizer, allow_all
from local_cloud.rekognition.errors import RekognitionError
from local_cloud.rekognition.operations import collections, faces, search
from local_cloud.rekognition.service import Service
from local_cloud.rekognition.throttle import Throttle
from local_cloud.rekognition.validation import validate

_OPERATIONS: dict[str, Callable[[Service, dict[str, Any]], dict[str, Any]]] = {
    "CreateCollection": collections.create_collection,
    "DescribeCollection": collections.describe_collection,
    "ListCollections": collections.list_collections,
    "DeleteCollection": collections.delete_collection,
    "ListTagsForResource": collections.list_tags_for_resource,
    "IndexFaces": faces.index_faces,
    "ListFaces": faces.list_faces,
    "DeleteFaces": faces.delete_faces,
    "DetectFaces": faces.detect_faces,
    "SearchFacesByImage": search.search_faces_by_image,
    "SearchFaces": search.search_faces,
}
_MAX_IN_FLIGHT = 256  # more requests would wait longer than an SDK does


class RekognitionServer:
    """The ASGI server. Each request runs in a thread, off the event loop.

    Args:
        service: State that the operations share.
        throttle: Rate limit for each operation.
        authorize: Raises AccessDeniedException for a request that its caller may not make.
    """

    def __init__(self, service: Service, throttle: Throttle, authorize: Authorizer) -> None:
        self._service = service
        self._throttle = throttle
        self._authorize = authorize
        self._in_flight = 0

    def app(self) -> ASGIApp:
        """Make the ASGI application."""
        operations = Starlette(
            routes=[
                Route("/", self._answer, methods=["POST"]),
                Route("/health", lambda _: PlainTextResponse("ok")),
            ],
            exception_handlers={RekognitionError: _refused, Exception: _failed},
        )
        return OwnRequestsOnly(operations)

    async def _answer(self, request: Request) -> Response:
        operation = request.headers.get("x-amz-target", "").removeprefix("RekognitionService.")
        body = await request.body()
        if self._in_flight == _MAX_IN_FLIGHT:
            message = "Service is temporarily unable to process the request"
            raise RekognitionError("ThrottlingException", message, HTTPStatus.INTERNAL_SERVER_ERROR)
        self._in_flight += 1
        try:
            signature = request.headers.get("authorization", "")
            return _response(await run_in_threadpool(self._perform, operation, body, signature))
        finally:
            self._in_flight -= 1

    def _perform(self, operation: str, body: bytes, signature: str) -> dict[str, Any]:
        if operation not in _OPERATIONS:
            raise RekognitionError("UnknownOperationException", f"This server does not implement {operation!r}")
        self._throttle.take(operation)
        try:
            request = json.loads(body)
        except ValueError:
            raise RekognitionError("SerializationException", "The request is not JSON") from None
        valid = validate(operation, request)
        self._authorize(signature, operation, valid)
        return _OPERATIONS[operation](self._service, valid)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RekognitionError)  # noqa: S101 (registered for this class only)
    return _response({"__type": error.code, "Code": error.code, "Message": error.message}, error.status)


def _failed(_: Request, error: Exception) -> Response:
    """Report a bug or a missing model. The SDK shows its type and message; the server's log has the traceback."""
    code, message = "InternalServerError", f"{type(error).__name__}: {error}"
    return _response({"__type": code, "Code": code, "Message": message}, HTTPStatus.INTERNAL_SERVER_ERROR)


def _response(answer: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(json.dumps(answer), status, headers, media_type="application/x-amz-json-1.1")


def serve(
    port: int,
    *,
    data: Path | None = None,
    tps: float | None = None,
    s3_endpoint: str | None = None,
    authorizer: str | None = None,
) -> None:
    """Serve on 127.0.0.1 until the process is stopped.

    Args:
        port: Port to listen on.
        data: Folder of the collections; None keeps them in memory.
        tps: Maximum calls per second of one operation; None for no limit.
        s3_endpoint: Endpoint that has the `S3Object` images; None reads AWS's environment variables.
        authorizer: URL that checks the permissions of each request; None allows all.
    """
    service = Service(data, s3_endpoint, os.environ.get("AWS_REGION", "us-east-1"))
    authorize = PolicyAuthorizer(authorizer, service.region) if authorizer else allow_all
    with suppress(KeyboardInterrupt):  # Ctrl-C stops the server without a traceback
        uvicorn.Server(_configuration(service, Throttle(tps), port, authorize)).run()
    service.close()


@contextmanager
def running(service: Service, throttle: Throttle | None = None, authorize: Authorizer = allow_all) -> Iterator[str]:
    """Serve from a thread of this process on a free port; yields the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_configuration(service, throttle or Throttle(None), 0, authorize))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # The socket already listens: a request that comes before the server's loop starts waits.
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _configuration(service: Service, throttle: Throttle, port: int, authorize: Authorizer) -> uvicorn.Config:
    return uvicorn.Config(
        RekognitionServer(service, throttle, authorize).app(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,  # searches are private
        timeout_keep_alive=75,  # longer than an SDK keeps an idle connection open
        timeout_graceful_shutdown=5,
    )
