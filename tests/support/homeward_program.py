"""Runs `homeward` in a new process that need not import its modules: a fork of one that has.

Imports are more than half of what most commands take. The process has its own arguments, environment, streams and exit
code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import pkgutil
import runpy
import select
import socket
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_homeward(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, in the folder of the checkout, with this process's environment and this one."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as error,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.connect(_server())
        socket.send_fds(connection, [b"!"], [out.fileno(), error.fileno()])
        request = {"arguments": arguments, "environment": {**os.environ, **environment}}
        connection.sendall(json.dumps(request).encode() + b"\n")
        code = int(connection.makefile().read())
        out.seek(0)
        error.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), error.read())


@cache
def _server() -> str:
    """Start the process that is forked. It ends with this one, which closes its standard input. Returns its address."""
    folder = tempfile.TemporaryDirectory()
    address = str(Path(folder.name) / "homeward")
    command = [sys.executable, "-m", __name__, address]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert server.stdout
    assert server.stdout.readline() == "ready\n"
    atexit.register(folder.cleanup)
    atexit.register(server.communicate)
    return address


def _serve(address: str) -> None:
    for module in pkgutil.walk_packages(import_module("homeward").__path__, "homeward."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                _answer(connection)
            connection.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _answer(connection: socket.socket) -> None:
    _, streams, _, _ = socket.recv_fds(connection, 1, 2)
    request = json.loads(connection.makefile().readline())
    command = os.fork()
    if command == 0:
        with Path(os.devnull).open() as nothing:
            for given, own in zip((nothing.fileno(), *streams), range(3), strict=True):
                os.dup2(given, own)
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = ["homeward", *request["arguments"]]
        runpy.run_module("homeward", run_name="__main__", alter_sys=True)
        sys.exit()
    _, status = os.waitpid(command, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
