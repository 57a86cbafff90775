"""The stand-in as a server: the API behind the gate, and the pages that control it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local_cloud.namus.api import Api
from local_cloud.namus.gate import Faults, Gate
from local_cloud.namus.population import Population
from local_cloud.namus.requests import Requests
from local_cloud.namus.switches import Switches, changed


class StandIn:
    """One stand-in.

    Args:
        population: the cases that it serves.
        switches: how it behaves at first, and what a PUT that leaves members out returns to.
    """

    def __init__(self, population: Population, switches: Switches) -> None:
        self._first = switches
        self._requests = Requests()
        self._api = Api(population, switches)
        self._gate = Gate(Starlette(routes=[*self._api.routes(), *self._controls()]), self._requests)
        self._switch(switches)

    def app(self) -> ASGIApp:
        """The ASGI application."""
        return self._gate

    def _controls(self) -> list[Route]:
        return [
            Route("/", self._about),
            Route("/_stand_in/switches", self._show_switches, methods=["GET"]),
            Route("/_stand_in/switches", self._put_switches, methods=["PUT"]),
            Route("/_stand_in/requests", self._show_requests, methods=["GET"]),
            Route("/_stand_in/requests", self._forget_requests, methods=["DELETE"]),
        ]

    def _switch(self, switches: Switches) -> None:
        self._api.switches = switches
        self._gate.faults = Faults(switches.faults)

    async def _about(self, _: Request) -> Response:
        return PlainTextResponse("A stand-in for NamUs. Every case in it is fictional.\n")

    async def _show_switches(self, _: Request) -> Response:
        return JSONResponse(msgspec.to_builtins(self._api.switches, str_keys=True))

    async def _put_switches(self, request: Request) -> Response:
        try:
            self._switch(changed(self._first, await request.body()))
        except msgspec.DecodeError as error:
            return PlainTextResponse(f"{error}\n", 400)
        return await self._show_switches(request)

    async def _show_requests(self, _: Request) -> Response:
        return JSONResponse(self._requests.report())

    async def _forget_requests(self, _: Request) -> Response:
        self._requests.reset()
        return Response(status_code=204)


@dataclass(frozen=True)
class Identity:
    """What a server shows to serve HTTPS: a certificate and its private key, PEM files."""

    certificate: Path
    key: Path


def serve(
    listener: socket.socket, population: Population, switches: Switches, identity: Identity | None = None
) -> None:
    """Serve on a socket of `listening` until the process is told to stop: HTTPS with an identity, HTTP without."""
    with suppress(KeyboardInterrupt):  # Ctrl-C is a way to stop it
        _server(population, switches, identity).run(sockets=[listener])


@contextmanager
def running(population: Population, switches: Switches | None = None) -> Iterator[str]:
    """A stand-in in a thread of this process, on a free port; its URL."""
    with listening() as listener:
        server = _server(population, switches or Switches())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # The socket listens already, so a request before the server's loop starts waits and is not refused.
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def listening(port: int = 0) -> socket.socket:
    """A socket that listens on 127.0.0.1, on a free port for 0.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio does not do it for a socket made elsewhere, and without it each answer waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(population: Population, switches: Switches, identity: Identity | None = None) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            StandIn(population, switches).app(),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=identity.certificate if identity else None,
            ssl_keyfile=identity.key if identity else None,
        )
    )
