"""Killed processes: no process of a cloud outlives its supervisor, its services, or its parent process."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from local_cloud import lifecycle
from local_cloud.demo.watch import wait_until
from local_cloud.processes.group import living
from tests.end_to_end.local_cloud.processes import emulator_only, group_of, python

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """
import sys, time
from pathlib import Path
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings

with running_cloud(CloudSettings(state=Path(sys.argv[1]), services=("emulator",)).with_free_ports()):
    print("running", flush=True)
    time.sleep(600)
"""


def wait_until_ended(group: int) -> None:
    wait_until("the end of the process group", lambda: not living(group), timeout_s=20)


def test_the_cloud_ends_with_any_of_its_services(tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)):
        group = group_of(tmp_path)
        described = lifecycle.description(tmp_path)
        assert described
        os.kill(described["pids"]["emulator"], signal.SIGKILL)

        wait_until("the release of the lock", lambda: lifecycle.process_group(tmp_path) is None, timeout_s=20)
        wait_until_ended(group)
    assert "emulator ended with exit code -9" in (tmp_path / "logs" / "supervisor.log").read_text()


def test_stop_ends_services_of_a_killed_supervisor(tmp_path: Path) -> None:
    supervisor = lifecycle.start(emulator_only(tmp_path))
    lifecycle.detach(supervisor)
    supervisor.kill()
    supervisor.wait()
    assert living(supervisor.pid)

    assert lifecycle.stop(tmp_path)

    assert living(supervisor.pid) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_cloud_ends_when_its_parent_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    parent = python("-c", PARENT, str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout
    assert parent.stdout.readline() == "running\n"
    group = group_of(tmp_path)

    parent.send_signal(number)
    parent.communicate()

    wait_until_ended(group)
    assert lifecycle.process_group(tmp_path) is None


def test_a_cloud_ends_if_its_parent_is_killed_during_start(tmp_path: Path) -> None:
    parent = python("-m", "local_cloud", "up", "--free-ports", "--state", str(tmp_path))
    group = wait_until("the lock", lambda: lifecycle.process_group(tmp_path), timeout_s=20)

    parent.kill()
    parent.wait()

    wait_until_ended(group)


def with_lifeline(script: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    module = "local_cloud.processes.kill_with_parent"
    return python("-m", module, "sh", "-c", script, start_new_session=True, **pipes)


def test_kill_with_parent_ends_the_command_and_children() -> None:
    lifeline = with_lifeline("echo started; sleep 600 & sleep 600")
    assert lifeline.stdout
    assert lifeline.stdout.readline() == "started\n"

    lifeline.communicate()

    wait_until_ended(lifeline.pid)


def test_kill_with_parent_passes_the_exit_code_on() -> None:
    with with_lifeline("exit 7") as lifeline:
        assert lifeline.wait() == 7
