"""Patches that let many executions of a function share a laptop. They use private names of ministack 1.5.33."""

import asyncio
import contextlib
import hashlib
import queue
import tempfile
import threading
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import dynamodb, lambda_svc, sns

AT_ONCE = 8
"""Executions of one function at a time. The others wait, where AWS would start more."""


class _Bundle(zipfile.ZipFile):
    """A function's zip file that is extracted once, whatever number of processes run it."""

    _extracting = threading.Lock()

    def extractall(self, path: Any = None, *args: Any) -> None:
        """Make the empty folder `path` a link to the extracted files."""
        contents = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        folder = Path(tempfile.gettempdir()) / f"bundle-{contents}"
        with self._extracting:
            if not folder.exists():
                new = Path(tempfile.mkdtemp())
                super().extractall(new, *args)
                new.rename(folder)
        Path(path).rmdir()
        Path(path).symlink_to(folder)


def extract_bundles_once() -> None:
    """Share the extracted bundle, and with it the compiled modules, between all processes of a function.

    ministack extracts it for each process, in the thread that also serves requests: 40 processes at once stopped it.
    """

    class Zipfile:
        ZipFile = _Bundle
        BadZipFile, LargeZipFile = zipfile.BadZipFile, zipfile.LargeZipFile

    lambda_runtime.zipfile = Zipfile


def limit_executions() -> None:
    """Let at most `AT_ONCE` executions of a function run. ministack starts a process for each that finds none free."""
    dispatch = lambda_svc._execute_function_dispatch  # noqa: SLF001  (no public hook)
    free: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(AT_ONCE))

    def dispatch_when_free(func: Any, config: dict[str, Any], *rest: Any) -> Any:
        with free[config["FunctionArn"]]:
            return dispatch(func, config, *rest)

    lambda_svc._execute_function_dispatch = dispatch_when_free  # noqa: SLF001  (as above)


_DELIVERY_S = 0.02
"""How long a table's stream and a topic's delivery to a queue take. On AWS it is longer."""


@dataclass(frozen=True)
class Later:
    """Sets an event a moment after the request that is being served, or at once if there is none."""

    event: threading.Event
    delay_s: float = _DELIVERY_S

    def set(self) -> None:
        """Set the event later."""
        try:
            asyncio.get_running_loop().call_later(self.delay_s, self.event.set)
        except RuntimeError:  # not in the thread that serves requests
            self.event.set()


def answer_before_functions_start() -> None:
    """Answer a write and a publish before the functions start that a stream or a queue invokes, as AWS does.

    Those functions start in threads, which compete with the request for the interpreter: a publish waited for the
    function that its first message started.
    """
    dynamodb.esm_wake = sns.esm_wake = Later(lambda_svc.esm_wake)


_END_OF_LOG = "\x04 end of the log of an invocation"


def read_whole_logs() -> None:
    """Read the log of each invocation to its end.

    ministack stops when it has seen no line for 5 ms, or 50 ms before the first. On a busy machine the rest, often the
    metrics, then went to a later invocation or was lost. In quiet each invocation waited.
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001  (no public hook)
    responded = "        _real_stdout.flush()\n\nrun()"
    if script.count(responded) != 1:
        raise RuntimeError("the script of Lambda's worker processes is another one than that of ministack 1.5.33")
    # print() of a handler goes to stderr too, and keeps its place before this line.
    ended = f"        print({_END_OF_LOG!r}, file=sys.stderr, flush=True)\n{responded}"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(responded, ended)  # noqa: SLF001  (as above)
    drain = lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001  (as above)

    def drain_to_the_end(worker: lambda_runtime.Worker, *arguments: float, **options: float) -> str:
        if not worker.config["Runtime"].startswith("python"):
            return str(drain(worker, *arguments, **options))
        return whole_log(worker._stderr_queue)  # noqa: SLF001  (as above)

    lambda_runtime.Worker._drain_stderr_bounded = drain_to_the_end  # noqa: SLF001  (as above)


def whole_log(lines: queue.Queue[str]) -> str:
    """Take the lines of one invocation from the queue. A process that died writes no end: after 1 s without a line."""
    log: list[str] = []
    with contextlib.suppress(queue.Empty):
        while not (line := lines.get(timeout=1)).endswith(_END_OF_LOG):
            log.append(line)
        log.append(line.removesuffix(_END_OF_LOG))
    return "\n".join(log).rstrip("\n")
