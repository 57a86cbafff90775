"""Start the programs of the local cloud, and inspect their processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from local_cloud.lifecycle import process_group
from local_cloud.processes.group import living
from local_cloud.settings import CloudSettings

LOOPBACK = "0100007F"
"""127.0.0.1 in the kernel's byte order."""


def emulator_only(state: Path) -> CloudSettings:
    """Settings of a cloud without the face engine and the NamUs stand-in."""
    return CloudSettings(state=state, services=("emulator",)).with_free_ports()


def group_of(state: Path) -> int:
    """Find the process group of the cloud that is up in a state folder."""
    group = process_group(state)
    assert group
    return group


def listening_addresses(group: int) -> list[str]:
    """List the local addresses of a process group's listening sockets, as the kernel writes them."""
    sockets = set()
    for pid in living(group):
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
        sockets |= {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets]


def python(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start a Python program."""
    return subprocess.Popen([sys.executable, *arguments], text=True, **options)


def run_local_cloud(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m local_cloud` to its end."""
    with python("-m", "local_cloud", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        out, err = program.communicate()
    return subprocess.CompletedProcess(arguments, program.returncode, out, err)
