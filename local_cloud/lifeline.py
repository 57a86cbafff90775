"""Runs a command that must not outlive its caller: `python -m local_cloud.lifeline COMMAND...`.

Start it as the leader of a session, with a pipe as its standard input. When the pipe closes, be it since the caller was
killed, the command is killed with all that it started. Exits with the command's exit code.
"""

import os
import signal
import subprocess
import sys
import threading


def die_with_caller() -> None:
    """Wait for the end of standard input, then kill this process group."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        raise SystemExit("local_cloud.lifeline must lead its own process group.")
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603  (the caller's own command)
    threading.Thread(target=die_with_caller, daemon=True).start()
    # Not sys.exit: it would wait for the lock of the standard input that the thread reads.
    os._exit(child.wait())
