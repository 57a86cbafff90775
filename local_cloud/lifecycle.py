"""Starts, finds, and stops local clouds."""

import contextlib
import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_cloud.cdk import Progress
from local_cloud.cloud import Cloud, silent
from local_cloud.errors import CloudError
from local_cloud.processes.group import end_group
from local_cloud.processes.services import Service, log_file, services_of
from local_cloud.settings import SETTINGS_JSON, CloudSettings

# A cloud that is kept writes its state when it ends.
_WRITING_S = 40


def process_group(state: Path) -> int | None:
    """Find the process group of a state folder's cloud; None if no process of it lives.

    The process id in the lock file counts only while a process holds the lock.
    """
    with contextlib.suppress(FileNotFoundError), (state / "lock").open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # The lock holder is in the group, so the group exists and its id is not reused.
            return int(lock.read() or 0) or None
    return None


def description(state: Path) -> dict[str, Any] | None:
    """Read `cloud.json` of the cloud that is up in a state folder; None if no cloud is up."""
    if process_group(state) is None:
        return None
    # The file is missing while the cloud starts or stops.
    with contextlib.suppress(FileNotFoundError):
        described: dict[str, Any] = json.loads((state / "cloud.json").read_text(encoding="utf-8"))
        return described
    return None


def attach(state: Path) -> Cloud | None:
    """Find the cloud that is up in a state folder; None if no cloud is up."""
    described = description(state)
    return Cloud(SETTINGS_JSON.validate_python(described["settings"])) if described else None


def start(settings: CloudSettings, *, progress: Progress = silent, timeout_s: float = 60) -> subprocess.Popen[bytes]:
    """Start a cloud and wait until each service is healthy.

    Returns:
        The supervisor. The cloud ends when the supervisor's standard input closes, unless `detach` was called.

    Raises:
        CloudError: The state folder's cloud is already up, a port is in use, or a service did not start.
    """
    _check_state_and_ports(settings)
    for folder in (settings.state / "logs", settings.documents_folder):
        folder.mkdir(parents=True, exist_ok=True)
    with log_file(settings, "supervisor").open("wb") as log:
        supervisor = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "local_cloud.processes.supervisor", SETTINGS_JSON.dump_json(settings).decode()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C does not reach it, and killing the group ends the whole cloud.
            start_new_session=True,
        )
    try:
        for service in services_of(settings):
            _wait_until_healthy(service, settings, supervisor, time.monotonic() + timeout_s)
            progress(f"{service.name} is up")
        Cloud(settings).fetch_iot_ca()
    except BaseException:
        _end(settings, supervisor)
        raise
    return supervisor


def detach(supervisor: subprocess.Popen[bytes]) -> None:
    """Let a cloud outlive this process."""
    assert supervisor.stdin  # noqa: S101  (a pipe; for mypy)
    supervisor.stdin.write(b"\n")
    supervisor.stdin.close()


def stop(state: Path) -> bool:
    """Stop the cloud of a state folder, including function workers.

    Returns:
        Whether a cloud was up.

    Raises:
        CloudError: A process survived SIGKILL.
    """
    group = process_group(state)
    if group is None:
        return False
    described = description(state)
    is_kept = described is not None and described["settings"]["persist"]
    end_group(group, grace_s=_WRITING_S if is_kept else 8)
    (state / "cloud.json").unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def running_cloud(settings: CloudSettings, *, progress: Progress = silent) -> Iterator[Cloud]:
    """Run a cloud for the length of a `with` block.

    The cloud also ends when this process is interrupted, terminated, or killed: the supervisor then sees its standard
    input close.
    """
    supervisor = start(settings, progress=progress)
    try:
        yield Cloud(settings, progress)
    finally:
        _end(settings, supervisor)


def _end(settings: CloudSettings, supervisor: subprocess.Popen[bytes]) -> None:
    # Not by the lock, which a supervisor that has just started does not hold yet.
    end_group(supervisor.pid)
    supervisor.communicate()
    (settings.state / "cloud.json").unlink(missing_ok=True)


def _check_state_and_ports(settings: CloudSettings) -> None:
    if process_group(settings.state):
        raise CloudError(
            f"The cloud in {settings.state} is already up. Use it, or stop it with `python -m local_cloud down`."
        )
    if taken := settings.ports_in_use():
        ports = ", ".join(f"{port} ({name})" for name, port in taken.items())
        raise CloudError(f"Another process listens on port {ports}. Stop it, or start the cloud with `--free-ports`.")


def _wait_until_healthy(
    service: Service, settings: CloudSettings, supervisor: subprocess.Popen[bytes], deadline: float
) -> None:
    while not service.is_healthy():
        if supervisor.poll() is not None:
            raise CloudError(f"The cloud did not start.\n{_tails(settings, 'supervisor', *_names(settings))}")
        if time.monotonic() > deadline:
            raise CloudError(f"{service.name} did not become healthy in time.\n{_tails(settings, service.name)}")
        time.sleep(0.1)


def _names(settings: CloudSettings) -> list[str]:
    return [service.name for service in services_of(settings)]


def _tails(settings: CloudSettings, *names: str) -> str:
    files = (log_file(settings, name) for name in names)
    texts = {
        file: file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] for file in files if file.exists()
    }
    return "\n".join("\n".join([f"--- {file}", *lines]) for file, lines in texts.items() if lines)
