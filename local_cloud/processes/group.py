"""Process groups: list their processes, and end them."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from local_cloud.errors import CloudError


def end_group(group: int, *, grace_s: float = 8) -> None:
    """End all processes of a group: SIGTERM first, SIGKILL after the grace period.

    Raises:
        CloudError: A process survived SIGKILL.
    """
    for number, timeout_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 2.0)):
        # macOS raises PermissionError when only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
        deadline = time.monotonic() + timeout_s
        while living(group) and time.monotonic() < deadline:
            time.sleep(0.05)
    if left := living(group):
        raise CloudError(f"These processes of the local cloud did not end: {left}. End them with `kill -9`.")


def living(group: int) -> list[int]:
    """List the process ids of a group, without zombies."""
    return [pid for pid, pgid, state in _processes() if pgid == group and state not in {"Z", "X"}]


def _processes() -> Iterator[tuple[int, int, str]]:
    """List the id, group, and state of each process, from /proc or, on macOS, from `ps`.

    Small Linux containers have no `ps`.
    """
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["/bin/ps", "-A", "-o", "pid=,pgid=,stat="], check=True, capture_output=True, text=True)
        for pid, pgid, state in (line.split() for line in listed.stdout.splitlines()):
            yield int(pid), int(pgid), state[0]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # The process may have ended since glob listed it.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The second field, the name in parentheses, may contain spaces.
            state, _, pgid = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
            yield int(stat.parent.name), int(pgid), state
