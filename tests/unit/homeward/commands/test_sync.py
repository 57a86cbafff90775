from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.checkout import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.town import Town

MACHINE = "arn:aws:states:us-east-1:0:stateMachine:sync"
NAMUS = '[sources.namus]\nenabled = true\nbase_url = "http://127.0.0.1:9"\npermission = "fictional documents"\n'


class Machines:
    """A Step Functions client that returns these descriptions of an execution, one a call."""

    def __init__(self, *described: dict[str, Any]) -> None:
        self.described = list(described)
        self.inputs: list[Any] = []

    def start_execution(self, **request: Any) -> dict[str, str]:
        self.inputs.append(json.loads(request["input"]))
        return {"executionArn": "arn:aws:states:us-east-1:0:execution:sync:1"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        return self.described.pop(0)


def failed(error: str, message: str) -> dict[str, Any]:
    cause = json.dumps({"errorType": error, "errorMessage": message, "stackTrace": ["..."]})
    return {"status": "FAILED", "error": error, "cause": cause}


def run(deploy: Callable[..., Town], execution: dict[str, Any], *options: str) -> tuple[int, str, Machines]:
    machines = Machines(execution)
    town = deploy({"SyncStateMachine": MACHINE}, stepfunctions=machines)
    town.agency_file.write_text(town.agency_file.read_text() + NAMUS)
    result = town.run("sync", "--in-cloud", "--agency-file", str(town.agency_file), *options)
    return result.exit_code, result.output, machines


@pytest.mark.parametrize(("error", "code"), [("SafetyStopError", 5), ("SyncRunningError", 5), ("UnavailableError", 1)])
def test_refusal_and_failure_have_different_exit_codes(deploy: Callable[..., Town], error: str, code: int) -> None:
    exit_code, output, machines = run(deploy, failed(error, "in one clear line"))
    assert exit_code == code
    assert "homeward: namus: FAILED: in one clear line" in output
    assert machines.inputs == [{"source": "namus", "allow_removals": False}]


def test_aborted_execution_fails_without_a_reason(deploy: Callable[..., Town]) -> None:
    exit_code, output, machines = run(deploy, {"status": "ABORTED"}, "--allow-removals")
    assert exit_code == 1
    assert "namus: ABORTED: no reason given" in output
    assert machines.inputs[0]["allow_removals"] is True


def test_disabled_source_is_wrong_usage(town: Town) -> None:
    town.agency_file.write_text(town.agency_file.read_text() + NAMUS)
    result = town.run("sync", "--source", "fbi", "--agency-file", str(town.agency_file))
    assert result.exit_code == 2
    assert "fbi is not enabled in the agency's file; enabled: namus" in result.output


def test_sync_without_a_source_says_what_to_do(town: Town) -> None:
    result = town.run("sync", "--agency-file", str(town.agency_file))
    assert result.exit_code == 2
    assert "no source is enabled in the agency's file. Enable one under [sources] there" in result.stderr
    assert "homeward import FOLDER" in result.stderr


def test_local_folder_cannot_sync_in_the_cloud(town: Town, tmp_path: Path) -> None:
    folder = f'[sources.folder]\nenabled = true\nfolder = "{tmp_path}"\n'
    town.agency_file.write_text(town.agency_file.read_text() + NAMUS + folder)
    options = ("--source", "folder", "--agency-file", str(town.agency_file))
    refused = town.run("sync", "--in-cloud", *options)
    assert (refused.exit_code, "To sync a local folder, omit --in-cloud" in refused.output) == (2, True)
    (tmp_path / "cases.csv").write_text("case_id\nA-1\n")
    assert town.run("sync", *options).exit_code == 0


def test_case_in_quarantine_is_named_and_the_others_are_stored(town: Town, tmp_path: Path) -> None:
    folder = f'[sources.folder]\nenabled = true\nfolder = "{tmp_path}"\n'
    town.agency_file.write_text(town.agency_file.read_text() + folder)
    (tmp_path / "cases.csv").write_text("case_id,birth_date\nA-1,1990\nA-2,soon\nA-3,1991\n")
    synced = town.run("sync", "--agency-file", str(town.agency_file))
    assert synced.exit_code == 6
    assert "3 listed; 2 stored, 1 quarantined" in synced.output
    assert "folder:A-2 is in quarantine: birth_date is 'soon'" in synced.output
    assert town.run("sync", "--agency-file", str(town.agency_file)).exit_code == 0


def test_agency_without_sources_is_wrong_usage(town: Town) -> None:
    result = town.run("sync", "--agency-file", str(town.agency_file))
    assert (result.exit_code, "no source is enabled" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["-a", "nowhere-dev"], "nowhere.toml: no such file; name the agency's file with --agency-file"),
        (
            ["-a", "springfield-staging", "--agency-file", str(EXAMPLE)],
            "has no environment springfield-staging; it has springfield-dev",
        ),
    ],
)
def test_wrong_agency_prints_one_line_and_exits_with_2(arguments: list[str], error: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "homeward", "sync", *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert error in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
