"""The HTTP server: JSON 1.1 with the operation in `X-Amz-Target`, as the AWS SDKs speak to Rekognition."""

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

from local_cloud.rekognition.errors import RekognitionError
from local_cloud.rekognition.operations import collections, faces, search, users
from local_cloud.rekognition.service import Service
from local_cloud.rekognition.throttle import Throttle
from local_cloud.rekognition.validation import checked

_OPERATIONS: dict[str, Callable[[Service, dict[str, Any]], dict[str, Any]]] = {
    "CreateCollection": collections.create_collection,
    "DescribeCollection": collections.describe_collection,
    "ListCollections": collections.list_collections,
    "DeleteCollection": collections.delete_collection,
    "IndexFaces": faces.index_faces,
    "ListFaces": faces.list_faces,
    "DeleteFaces": faces.delete_faces,
    "DetectFaces": faces.detect_faces,
    "CompareFaces": faces.compare_faces,
    "SearchFacesByImage": search.search_faces_by_image,
    "SearchFaces": search.search_faces,
    "SearchUsersByImage": search.search_users_by_image,
    "SearchUsers": search.search_users,
    "CreateUser": users.create_user,
    "DeleteUser": users.delete_user,
    "ListUsers": users.list_users,
    "AssociateFaces": users.associate_faces,
    "DisassociateFaces": users.disassociate_faces,
}
_MOST_UNDER_WAY = 256  # beyond that a caller would wait longer than it is ready to


class RekognitionServer:
    """Answers requests; each runs in a thread, off the event loop.

    Args:
        service: what the operations work with.
        throttle: the limit on calls a second.
    """

    def __init__(self, service: Service, throttle: Throttle) -> None:
        self._service = service
        self._throttle = throttle
        self._under_way = 0

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self._answer, methods=["POST"]),
                Route("/health", lambda _: PlainTextResponse("ok")),
            ],
            exception_handlers={RekognitionError: _refused, Exception: _failed},
        )

    async def _answer(self, request: Request) -> Response:
        operation = request.headers.get("x-amz-target", "").removeprefix("RekognitionService.")
        body = await request.body()
        if self._under_way == _MOST_UNDER_WAY:
            message = "Service is temporarily unable to process the request"
            raise RekognitionError("ThrottlingException", message, HTTPStatus.INTERNAL_SERVER_ERROR)
        self._under_way += 1
        try:
            return _response(await run_in_threadpool(self._perform, operation, body))
        finally:
            self._under_way -= 1

    def _perform(self, operation: str, body: bytes) -> dict[str, Any]:
        if operation not in _OPERATIONS:
            raise RekognitionError("UnknownOperationException", f"This server has no operation {operation!r}")
        self._throttle.take(operation)
        try:
            request = json.loads(body)
        except ValueError:
            raise RekognitionError("SerializationException", "The request is not JSON") from None
        return _OPERATIONS[operation](self._service, checked(operation, request))


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RekognitionError)  # noqa: S101 the only class it is registered for
    return _response({"__type": error.code, "Code": error.code, "Message": error.message}, error.status)


def _failed(_: Request, error: Exception) -> Response:
    """A defect here, or a model that is not installed: the SDK shows its kind, the server's log the rest."""
    code, message = "InternalServerError", f"{type(error).__name__}: {error}"
    return _response({"__type": code, "Code": code, "Message": message}, HTTPStatus.INTERNAL_SERVER_ERROR)


def _response(answer: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(json.dumps(answer), status, headers, media_type="application/x-amz-json-1.1")


def serve(port: int, *, data: Path | None = None, tps: float | None = None, s3_endpoint: str | None = None) -> None:
    """Serves on 127.0.0.1 until the process is told to stop.

    Args:
        port: where to listen.
        data: directory that keeps the collections; None keeps them in memory.
        tps: calls a second of one operation; None for no limit.
        s3_endpoint: of the S3 that holds `S3Object` pictures; None takes it from AWS's environment variables.
    """
    service = Service(data, s3_endpoint, os.environ.get("AWS_REGION", "us-east-1"))
    with suppress(KeyboardInterrupt):  # Ctrl-C is a way to stop it
        uvicorn.Server(_configuration(service, Throttle(tps), port)).run()
    service.close()


@contextmanager
def running(service: Service, throttle: Throttle | None = None) -> Iterator[str]:
    """A server in a thread of this process, on a free port; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_configuration(service, throttle or Throttle(None), port=0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # The socket listens already, so a request before the server's loop starts waits and is not refused.
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _configuration(service: Service, throttle: Throttle, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        RekognitionServer(service, throttle).app(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,  # what was searched is nobody's business
        timeout_keep_alive=75,  # longer than an SDK keeps an idle connection, so that it meets no closed one
        timeout_graceful_shutdown=5,
    )
