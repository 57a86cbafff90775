"""Start, status, and stop of a local cloud."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from local_cloud import lifecycle
from local_cloud.errors import CloudError
from local_cloud.processes.group import living
from local_cloud.settings import CloudSettings
from tests.end_to_end.local_cloud.functions import call_function, make_function
from tests.end_to_end.local_cloud.processes import (
    LOOPBACK,
    emulator_only,
    group_of,
    listening_addresses,
    run_local_cloud,
)

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud


def test_up_status_logs_and_down_of_the_whole_cloud(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path)]
    try:
        first = run_local_cloud("up", *state, "--free-ports")
        assert first.returncode == 0, first.stderr
        group = group_of(tmp_path)
        pids = json.loads((tmp_path / "cloud.json").read_text())["pids"]

        second = run_local_cloud("up", *state)
        status = run_local_cloud("status", *state, "--json")

        assert (second.returncode, "already up" in second.stdout) == (0, True)
        assert json.loads((tmp_path / "cloud.json").read_text())["pids"] == pids
        assert status.returncode == 0
        processes = ("rekognition", "namus", "inbox", "emulator")
        assert json.loads(status.stdout)["healthy"] == dict.fromkeys(processes, True)
        assert set(listening_addresses(group)) == {LOOPBACK}
        assert "Ready" in run_local_cloud("logs", "emulator", *state).stdout
    finally:
        down = run_local_cloud("down", *state)
    assert (down.returncode, living(group)) == (0, [])
    assert run_local_cloud("status", *state).returncode == 3
    assert run_local_cloud("down", *state).returncode == 0


def test_two_clouds_side_by_side_share_nothing(cloud: Cloud, tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)) as other:
        other.client("s3").create_bucket(Bucket="only-here")

        assert "only-here" not in [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]


def test_a_running_cloud_is_not_started_again(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="is already up"):
        lifecycle.start(cloud.settings)


def test_a_port_in_use_is_named_with_the_remedy(cloud: Cloud, tmp_path: Path) -> None:
    settings = CloudSettings(state=tmp_path, services=("emulator",), emulator_port=cloud.settings.emulator_port)

    with pytest.raises(CloudError, match=rf"port {settings.emulator_port} \(emulator\).*--free-ports"):
        lifecycle.start(settings)


def test_a_service_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = emulator_only(tmp_path)
    monkeypatch.setattr(CloudSettings, "ports_in_use", lambda _: {})
    with (
        socket.create_server(("127.0.0.1", settings.emulator_port)),
        pytest.raises(CloudError, match=f"(?s)did not start.*{settings.emulator_port} is already in use"),
    ):
        lifecycle.start(settings)

    assert lifecycle.process_group(tmp_path) is None


def test_stop_ends_the_function_workers(tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)) as cloud:
        make_function(cloud, "pid", "import os\ndef handler(event, context): return os.getpid()")
        worker = call_function(cloud, "pid")
        group = group_of(tmp_path)
        assert worker in living(group)
        lifecycle.stop(tmp_path)

        assert living(group) == []
        assert not (tmp_path / "tmp").exists()


def test_a_stale_description_does_not_count_as_a_cloud(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(str(os.getpid()))
    (tmp_path / "cloud.json").write_text(json.dumps({"pids": {"supervisor": os.getpid()}}))

    assert lifecycle.description(tmp_path) is None
    assert lifecycle.stop(tmp_path) is False
