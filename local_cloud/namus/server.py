"""The stand-in's server: the API behind fault injection, and its control pages."""

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
from local_cloud.namus.fault_injection import ActiveFaults, FaultInjection
from local_cloud.namus.population import Population
from local_cloud.namus.request_counts import RequestCounts
from local_cloud.namus.switches import Switches, changed
from local_cloud.own_requests import OwnRequestsOnly


class StandIn:
    """One stand-in.

    Args:
        population: The cases that it serves.
        switches: The initial switches, and the defaults for members that a PUT leaves out.
    """

    def __init__(self, population: Population, switches: Switches) -> None:
        self._defaults = switches
        self._requests = RequestCounts()
        self._api = Api(population, switches)
        self._injection = FaultInjection(Starlette(routes=[*self._api.routes(), *self._controls()]), self._requests)
        self._switch(switches)

    def app(self) -> ASGIApp:
        """Return the ASGI application."""
        return OwnRequestsOnly(self._injection)

    def _controls(self) -> list[Route]:
        return [
            Route("/", self._about),
            Route("/_stand_in/switches", self._show_switches, methods=["GET"]),
            Route("/_stand_in/switches", self._put_switches, methods=["PUT"]),
            Route("/_stand_in/requests", self._show_requests, methods=["GET"]),
            Route("/_stand_in/requests", self._reset_requests, methods=["DELETE"]),
        ]

    def _switch(self, switches: Switches) -> None:
        self._api.switches = switches
        self._injection.faults = ActiveFaults(switches.faults)

    async def _about(self, _: Request) -> Response:
        return PlainTextResponse("A stand-in for NamUs. Every case in it is fictional.\n")

    async def _show_switches(self, _: Request) -> Response:
        return JSONResponse(msgspec.to_builtins(self._api.switches, str_keys=True))

    async def _put_switches(self, request: Request) -> Response:
        try:
            self._switch(changed(self._defaults, await request.body()))
        except msgspec.DecodeError as error:
            return PlainTextResponse(f"{error}\n", 400)
        return await self._show_switches(request)

    async def _show_requests(self, _: Request) -> Response:
        return JSONResponse(self._requests.report())

    async def _reset_requests(self, _: Request) -> Response:
        self._requests.reset()
        return Response(status_code=204)


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of a certificate and its private key."""

    certificate: Path
    key: Path


def serve(listener: socket.socket, population: Population, switches: Switches, tls: TlsFiles | None = None) -> None:
    """Serve on a socket of `listening` until the process is stopped. Serves HTTPS if `tls` is given."""
    with suppress(KeyboardInterrupt):  # Ctrl-C stops the server without a traceback
        _server(population, switches, tls).run(sockets=[listener])


@contextmanager
def running(population: Population, switches: Switches | None = None) -> Iterator[str]:
    """Serve from a thread of this process on a free port; yields the URL."""
    with listening() as listener:
        server = _server(population, switches or Switches())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # The socket already listens: a request that comes before the server's loop starts waits.
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def listening(port: int = 0) -> socket.socket:
    """Open a listening socket on 127.0.0.1. Port 0 chooses a free port.

    Raises:
        OSError: The port is in use.
    """
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio sets it only on its own sockets. Without it, each response waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(population: Population, switches: Switches, tls: TlsFiles | None = None) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            StandIn(population, switches).app(),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
        )
    )
