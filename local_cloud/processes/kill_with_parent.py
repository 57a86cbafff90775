"""Runs a command that ends when its parent ends: `python -m local_cloud.processes.kill_with_parent COMMAND...`.

Start it as a session leader, with a pipe as standard input. When the pipe closes, even because the parent was killed,
this module kills the command and all its children. It exits with the command's exit code.
"""

import os
import signal
import subprocess
import sys
import threading


def kill_group_at_end_of_input() -> None:
    """Wait for the end of standard input, then kill this process group."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        raise SystemExit("kill_with_parent must lead its own process group: start it with start_new_session=True.")
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603  (the caller's own command)
    threading.Thread(target=kill_group_at_end_of_input, daemon=True).start()
    # Not sys.exit: it waits for the lock of standard input, which the thread holds.
    os._exit(child.wait())
