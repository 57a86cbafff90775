"""Patches that let many executions of a function share a laptop. They use private names of ministack 1.5.33."""

import hashlib
import tempfile
import threading
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

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
