"""The process that holds a local cloud together: `python -m local_cloud.keeper SETTINGS_JSON`.

It starts the services in its own process group, and ends the whole group, function workers included, when it is told
to, when a service ends, or when its starter goes away before letting it go (standard input ends without a byte).
It and the services hold the lock `STATE/lock` as long as one of them lives: the lock, not a stored process id, says
whether the cloud is up.
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

from pydantic import TypeAdapter

from local_cloud.services import Service, log_file, services_of, temporary_folder
from local_cloud.settings import CloudSettings

ALREADY_UP = 4
SETTINGS = TypeAdapter(CloudSettings)


def take_lock(settings: CloudSettings) -> IO[str] | None:
    """The cloud's lock, with this process's id in it; None when another cloud has it."""
    lock = (settings.state / "lock").open("a", encoding="utf-8")
    # More than once: who asks whether the cloud is up holds the lock for a moment.
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
    """Start one service; it shares the lock and writes to its own log."""
    with log_file(settings, service.name).open("wb") as log:
        return subprocess.Popen(  # noqa: S603  (our own programs)
            service.command,
            env=service.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock.fileno()],
        )


def describe(settings: CloudSettings, pids: dict[str, int]) -> str:
    """`cloud.json`: what a client, or a person, needs to use the cloud."""
    described = {
        "endpoints": settings.endpoints,
        "pids": {"keeper": os.getpid(), **pids},
        "iot_ca": str(settings.state / "iot-ca.pem"),
        "environment": settings.client_environment,
        "settings": SETTINGS.dump_python(settings, mode="json"),
    }
    return json.dumps(described, indent=2) + "\n"


def wait_for_end(children: dict[str, subprocess.Popen[bytes]]) -> str:
    """Wait until the cloud has to end; returns why."""
    reasons: SimpleQueue[str] = SimpleQueue()

    def watch(name: str, child: subprocess.Popen[bytes]) -> None:
        reasons.put(f"{name} ended with exit code {child.wait()}")

    def watch_starter() -> None:
        if not sys.stdin.buffer.read(1):
            reasons.put("its starter is gone")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: reasons.put("it was told to stop"))
    threading.Thread(target=watch_starter, daemon=True).start()
    for name, child in children.items():
        threading.Thread(target=watch, args=(name, child), daemon=True).start()
    return reasons.get()


def end_all(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End the services, politely at first."""
    for child in children.values():
        child.terminate()
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=3)


def keep(settings: CloudSettings) -> None:
    """Run the cloud until it has to end. Ends by killing its own process group."""
    if os.getpgrp() != os.getpid():
        raise SystemExit("The keeper must lead its own process group: start a cloud with `python -m local_cloud up`.")
    lock = take_lock(settings)
    if lock is None:
        raise SystemExit(ALREADY_UP)
    shutil.rmtree(temporary_folder(settings), ignore_errors=True)
    temporary_folder(settings).mkdir()
    children = {service.name: start(service, settings, lock) for service in services_of(settings)}
    described = settings.state / "cloud.json"
    draft = described.with_suffix(".draft")
    draft.write_text(describe(settings, {name: child.pid for name, child in children.items()}), encoding="utf-8")
    # At once, since others read it while we write.
    draft.replace(described)
    print(f"The cloud ends: {wait_for_end(children)}.", flush=True)
    end_all(children)
    described.unlink(missing_ok=True)
    shutil.rmtree(temporary_folder(settings), ignore_errors=True)
    # The emulator's function workers are not our children; the group is the only thing that reaches them all.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    keep(SETTINGS.validate_json(sys.argv[1]))
