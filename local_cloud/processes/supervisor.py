"""Supervises the services of a local cloud: `python -m local_cloud.processes.supervisor SETTINGS_JSON`.

The supervisor starts the services in its own process group. It ends the whole group, including function workers, on
SIGTERM, when a service ends, or when its parent ends before detaching (standard input closes without a byte).
The supervisor and the services hold the lock `STATE/lock` while one of them lives. The lock, not a stored process id,
tells whether the cloud is up.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from queue import SimpleQueue
from typing import IO

from local_cloud.processes.services import Service, log_file, services_of, temporary_folder
from local_cloud.settings import SETTINGS_JSON, CloudSettings

ALREADY_UP = 4


def take_lock(settings: CloudSettings) -> IO[str] | None:
    """Take the cloud's lock and write this process's id into it. Return None if another cloud holds the lock."""
    lock = (settings.state / "lock").open("a", encoding="utf-8")
    # Retry: `process_group` holds the lock for a moment to see whether the cloud is up.
    for pause_s in (0.1, 0.4, None):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if pause_s is None:
                return None
            time.sleep(pause_s)
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def start(service: Service, settings: CloudSettings, lock: IO[str]) -> subprocess.Popen[bytes]:
    """Start one service. It inherits the lock and writes to its own log."""
    with log_file(settings, service.name).open("wb") as log:
        return subprocess.Popen(  # noqa: S603  (our own program)
            service.command,
            env=service.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock.fileno()],
        )


def describe(settings: CloudSettings, pids: dict[str, int]) -> str:
    """Make the text of `cloud.json`: endpoints, process ids, and environment for clients of the cloud."""
    described = {
        "endpoints": settings.endpoints,
        "pids": {"supervisor": os.getpid(), **pids},
        "iot_ca": str(settings.iot_ca),
        "environment": settings.client_environment,
        "settings": SETTINGS_JSON.dump_python(settings, mode="json"),
    }
    return json.dumps(described, indent=2) + "\n"


def wait_for_end(children: dict[str, subprocess.Popen[bytes]]) -> str:
    """Wait until the cloud must end, and return the reason."""
    reasons: SimpleQueue[str] = SimpleQueue()

    def watch(name: str, child: subprocess.Popen[bytes]) -> None:
        reasons.put(f"{name} ended with exit code {child.wait()}")

    def watch_parent() -> None:
        if not sys.stdin.buffer.read(1):
            reasons.put("its parent process ended")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: reasons.put("it got a signal to stop"))
    threading.Thread(target=watch_parent, daemon=True).start()
    for name, child in children.items():
        threading.Thread(target=watch, args=(name, child), daemon=True).start()
    return reasons.get()


def end_all(children: dict[str, subprocess.Popen[bytes]], *, timeout_s: float) -> None:
    """Send SIGTERM to the services and wait up to `timeout_s` for each."""
    for child in children.values():
        child.terminate()
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=timeout_s)


def supervise(settings: CloudSettings) -> None:
    """Run the cloud until it must end. Finally kill the own process group."""
    if os.getpgrp() != os.getpid():
        raise SystemExit(
            "The supervisor must lead its own process group: start a cloud with `python -m local_cloud up`."
        )
    lock = take_lock(settings)
    if lock is None:
        raise SystemExit(ALREADY_UP)
    shutil.rmtree(temporary_folder(settings), ignore_errors=True)
    temporary_folder(settings).mkdir()
    children = {service.name: start(service, settings, lock) for service in services_of(settings)}
    description = settings.state / "cloud.json"
    draft = description.with_suffix(".draft")
    draft.write_text(describe(settings, {name: child.pid for name, child in children.items()}), encoding="utf-8")
    # Atomic, because clients may read the file now.
    draft.replace(description)
    print(f"The cloud ends: {wait_for_end(children)}.", flush=True)
    end_all(children, timeout_s=30 if settings.persist else 0.5)
    description.unlink(missing_ok=True)
    shutil.rmtree(temporary_folder(settings), ignore_errors=True)
    # Function workers are children of the emulator. Only killing the group reaches all of them.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    supervise(SETTINGS_JSON.validate_json(sys.argv[1]))
