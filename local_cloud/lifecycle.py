"""Starting, finding and ending a local cloud."""

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
from local_cloud.keeper import SETTINGS
from local_cloud.processes import end_group
from local_cloud.services import Service, log_file, services_of
from local_cloud.settings import CloudSettings


def process_group(state: Path) -> int | None:
    """The process group of the cloud of a state folder while any of it lives, else None.

    No stored process id is trusted without the lock.
    """
    with contextlib.suppress(FileNotFoundError), (state / "lock").open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # No process gets this id while the group exists, and who holds the lock is in the group.
            return int(lock.read() or 0) or None
    return None


def description(state: Path) -> dict[str, Any] | None:
    """What `cloud.json` says of the cloud that is up in a state folder; None when none is."""
    if process_group(state) is None:
        return None
    # While it starts or ends there is none.
    with contextlib.suppress(FileNotFoundError):
        described: dict[str, Any] = json.loads((state / "cloud.json").read_text(encoding="utf-8"))
        return described
    return None


def attach(state: Path) -> Cloud | None:
    """The cloud that is up in a state folder, if one is."""
    described = description(state)
    return Cloud(SETTINGS.validate_python(described["settings"])) if described else None


def start(settings: CloudSettings, *, progress: Progress = silent, timeout_s: float = 60) -> subprocess.Popen[bytes]:
    """Start a cloud and wait until each of its services is healthy.

    Returns:
        Its keeper. The cloud ends when the keeper's standard input does, unless `release` was called.

    Raises:
        CloudError: The state folder's cloud is up already, a port is taken, or a service did not come up.
    """
    _refuse_what_is_taken(settings)
    for folder in (settings.state / "logs", settings.documents_folder):
        folder.mkdir(parents=True, exist_ok=True)
    with log_file(settings, "keeper").open("wb") as log:
        keeper = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "local_cloud.keeper", SETTINGS.dump_json(settings).decode()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own group, so that all of the cloud can be ended at once and Ctrl-C does not reach it before us.
            start_new_session=True,
        )
    try:
        for service in services_of(settings):
            _wait_until_healthy(service, settings, keeper, time.monotonic() + timeout_s)
            progress(f"{service.name} is up")
        Cloud(settings).fetch_iot_ca()
    except BaseException:
        _end(settings, keeper)
        raise
    return keeper


def release(keeper: subprocess.Popen[bytes]) -> None:
    """Let a cloud live on after its starter."""
    assert keeper.stdin  # noqa: S101  (for the type; it is a pipe)
    keeper.stdin.write(b"\n")
    keeper.stdin.close()


def stop(state: Path) -> bool:
    """End the cloud of a state folder with all that it started.

    Returns:
        Whether there was one.

    Raises:
        CloudError: A process survived being killed.
    """
    group = process_group(state)
    if group is None:
        return False
    end_group(group)
    (state / "cloud.json").unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def running_cloud(settings: CloudSettings, *, progress: Progress = silent) -> Iterator[Cloud]:
    """A cloud for the length of a `with` block.

    It ends with the block, and when this process is interrupted, terminated or killed: then its keeper notices that
    the pipe between them has closed.
    """
    keeper = start(settings, progress=progress)
    try:
        yield Cloud(settings, progress)
    finally:
        _end(settings, keeper)


def _end(settings: CloudSettings, keeper: subprocess.Popen[bytes]) -> None:
    # Not by the lock: a keeper that has only just started does not hold it yet.
    end_group(keeper.pid)
    keeper.communicate()
    (settings.state / "cloud.json").unlink(missing_ok=True)


def _refuse_what_is_taken(settings: CloudSettings) -> None:
    if process_group(settings.state):
        raise CloudError(
            f"The cloud in {settings.state} is up already: use it, or end it with `python -m local_cloud down`."
        )
    if taken := settings.ports_in_use():
        ports = ", ".join(f"{port} ({name})" for name, port in taken.items())
        raise CloudError(f"Something else listens on port {ports}: end it, or start with `--free-ports`.")


def _wait_until_healthy(
    service: Service, settings: CloudSettings, keeper: subprocess.Popen[bytes], deadline: float
) -> None:
    while not service.is_healthy():
        if keeper.poll() is not None:
            raise CloudError(f"The cloud did not start.\n{_tails(settings, 'keeper', *_names(settings))}")
        if time.monotonic() > deadline:
            raise CloudError(f"{service.name} did not come up in time.\n{_tails(settings, service.name)}")
        time.sleep(0.1)


def _names(settings: CloudSettings) -> list[str]:
    return [service.name for service in services_of(settings)]


def _tails(settings: CloudSettings, *names: str) -> str:
    files = (log_file(settings, name) for name in names)
    texts = {
        file: file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] for file in files if file.exists()
    }
    return "\n".join("\n".join([f"--- {file}", *lines]) for file, lines in texts.items() if lines)
