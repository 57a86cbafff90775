"""The web site that the prototype requests cases from: the NamUs stand-in with HTTPS."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from benchmarks.support.certificate import self_signed
from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class LiveCases:
    """The web site's URL, and its certificate as a PEM file."""

    url: str
    certificate: Path

    def set_latency(self, milliseconds: int) -> None:
        """Delay the answer to each request for a case."""
        switches = {"faults": [{"on": ["case"], "latency_ms": milliseconds}]}
        with self._client() as client:
            client.put("/_stand_in/switches", json=switches).raise_for_status()

    def is_up(self) -> bool:
        """Whether the web site answers."""
        try:
            with self._client() as client:
                return client.get("/").is_success
        except httpx.TransportError:
            return False

    def _client(self) -> httpx.Client:
        trust = ssl.create_default_context(cafile=self.certificate)
        return httpx.Client(base_url=self.url, verify=trust, trust_env=False, timeout=10)


@contextmanager
def live_cases(documents: Path, folder: Path) -> Iterator[LiveCases]:
    """Serve these documents for the duration of the block."""
    identity = self_signed(folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "local_cloud.namus", "--documents", str(documents), "--port", str(port)]
    command += ["--certificate", str(identity.certificate), "--key", str(identity.key)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        try:
            cases = LiveCases(url=f"https://127.0.0.1:{port}", certificate=identity.certificate)
            wait_until("the prototype's web site", cases.is_up)
            yield cases
        finally:
            process.terminate()
