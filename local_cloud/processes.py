"""Ending the process group of a cloud, and proving that it is gone."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from local_cloud.errors import CloudError


def end_group(group: int, *, grace_s: float = 8) -> None:
    """End all processes of a group, with force once the grace is over.

    Raises:
        CloudError: A process survived being killed.
    """
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 2.0)):
        # macOS says that it is not permitted when all that is left waits to be reaped.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
        deadline = time.monotonic() + patience_s
        while living(group) and time.monotonic() < deadline:
            time.sleep(0.05)
    if left := living(group):
        raise CloudError(f"These processes of the local cloud do not end: {left}. End them by hand with `kill -9`.")


def living(group: int) -> list[int]:
    """The processes of a group that run still (not those that only wait to be reaped)."""
    return [pid for pid, pgid, state in _processes() if pgid == group and state not in {"Z", "X"}]


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, group and state of each process: from /proc, since small containers lack `ps`, or (macOS) from `ps`."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["/bin/ps", "-A", "-o", "pid=,pgid=,stat="], check=True, capture_output=True, text=True)
        for pid, pgid, state in (line.split() for line in listed.stdout.splitlines()):
            yield int(pid), int(pgid), state[0]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # A process may end while we look.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name, in parentheses, may contain spaces.
            state, _, pgid = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
            yield int(stat.parent.name), int(pgid), state
