"""The program of `make demo`."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from PIL import Image
from typer.testing import CliRunner

from homeward.cli import app as homeward
from local_cloud import lifecycle
from local_cloud.demo.run import BUILD, LOCAL
from local_cloud.demo.watch import wait_until
from local_cloud.lifecycle import process_group
from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "local_cloud.demo"]
LOCAL_CLOUD = [sys.executable, "-m", "local_cloud"]
PATIENCE_S = 60  # functions start slowly while the other tests use the cores


@pytest.fixture
def _ended_afterwards() -> Iterator[None]:
    yield
    lifecycle.stop(LOCAL / "cloud")


def output_of(*command: str, **environment: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, **environment}
    ).stdout


@pytest.mark.timeout(500)
@pytest.mark.usefixtures("_ended_afterwards")
def test_the_demo_finds_the_missing_person_and_stays_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (BUILD / "report.json").unlink(missing_ok=True)
    (BUILD / "contact_sheet.png").unlink(missing_ok=True)
    own = min((ROOT / ".local" / "faces").glob("*.jpg"))
    command = [*COMMAND, "--keep", "--fresh", "--photo", str(own)]
    demo = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    report = json.loads((BUILD / "report.json").read_text())
    [text] = report["sms"]
    assert text.startswith("POSSIBLE MATCH, NOT VERIFIED.")
    [encounter] = report["encounters"]
    assert encounter["similarity"] >= 95
    assert report["captures_published"] > encounter["captures"] >= 1, "bystanders walk past too"
    assert sum(report["captures_searched"].values()) == report["captures_published"]
    assert report["captures_left"] == 0
    assert report["gallery"]["cases"] >= 12
    assert report["gallery"]["photos"] == report["gallery"]["faces"] + report["gallery"]["without_face"]
    assert report["console"]["address"].endswith(f"/encounters/{encounter['encounter_id']}")
    assert all(report["console"][name] in demo.stdout for name in ("address", "email", "password", "key"))
    assert all(milliseconds >= 0 for milliseconds in report["hops_ms"].values())
    with Image.open(BUILD / "contact_sheet.png") as sheet:
        assert sheet.width > 800
    assert report["own_photo"] == {"case_id": "namus:MP990001", "indexed": True, "reason": None, "similarity": None}
    for event in ("passer-by 3", "search: resembles an open case", "search: nobody who is missing", "alert: Possible"):
        assert re.search(rf"^  \d\d:\d\d:\d\d  {event}", demo.stdout, re.MULTILINE), event
    check_pages(report, text)
    check_commands_as_printed(demo.stdout)
    check_commands_of_the_documentation(encounter["encounter_id"], tmp_path, monkeypatch)
    assert output_of(*LOCAL_CLOUD, "down", "--state", ".local/demo/cloud") == "The cloud is down.\n"
    assert process_group(LOCAL / "cloud") is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(report["inbox"])
    check_up_again(report, text)


def check_up_again(report: dict[str, Any], text: str) -> None:
    """The same deployment with its data is up again, at the same addresses, until `make down`."""
    (BUILD / "report.json").unlink()
    output_of(*COMMAND, "--keep")
    again = json.loads((BUILD / "report.json").read_text())
    assert (again["link"], again["inbox"]) == (report["link"], report["inbox"])
    check_pages(report, text)
    output_of(*LOCAL_CLOUD, "down", "--state", ".local/demo/cloud")
    for address in (report["inbox"], report["link"]):
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)


def check_pages(report: dict[str, Any], text: str) -> None:
    """The inbox has the text message with its link, whose page shows both pictures."""
    assert httpx.get(report["inbox"], timeout=PATIENCE_S).status_code == 200
    received = httpx.get(f"{report['inbox']}inbox.json", timeout=PATIENCE_S).json()
    assert [each["recipients"] for each in received if (each["channel"], each["text"]) == ("sms", text)] == [["desk"]]
    page = httpx.get(report["link"], timeout=PATIENCE_S)
    assert page.status_code == 200
    assert f'href="{urlsplit(report["link"]).path}"' in httpx.get(report["inbox"], timeout=PATIENCE_S).text
    for picture in re.findall(r'<img[^>]* src="([^"]+)"', page.text):
        found = httpx.get(urljoin(report["link"], picture), follow_redirects=True, timeout=PATIENCE_S)
        assert found.headers["content-type"] == "image/jpeg"


def check_commands_as_printed(printed: str) -> None:
    """The shell takes every line but `make down` as it is printed, and five of them are to try."""
    first, to_try = printed.rpartition("In this folder, first:\n")[2].split("\nTo try next:\n")
    setup, five = ([line[2:] for line in part.splitlines() if line.startswith("  ")] for part in (first, to_try))
    assert len(five) == 5
    output_of("bash", "-ec", "\n".join([*setup, *five]))


def check_commands_of_the_documentation(encounter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `homeward` command of "Getting started" works on the cloud that stayed up."""
    exports = output_of(*LOCAL_CLOUD, "env", "--state", ".local/demo/cloud")
    for line in exports.splitlines():
        monkeypatch.setenv(*line.removeprefix("export ").split("=", 1))
    monkeypatch.setenv("HOME", str(tmp_path))  # for the journal of `homeward submit`
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "evaluator" / "getting-started.md").read_text()
    commands = re.findall(r"^\$ homeward (.+)$", text, re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        answer = CliRunner().invoke(homeward, shlex.split(command.replace("ENCOUNTER", encounter)))
        assert answer.exit_code == 0, f"{command}: {answer.output}"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--camera", "63"), "No camera 63 answers."),
        (("--video", "nowhere.mp4"), "There is no recording nowhere.mp4."),
        (("--video", "README.md"), "README.md is not a readable recording."),
    ],
)
def test_nothing_to_watch_is_said_at_once(options: tuple[str, ...], text: str) -> None:
    answer = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert answer.returncode == 1
    assert text in answer.stdout
    assert "Fictional cases" not in answer.stdout


def test_an_interrupted_demo_leaves_nothing_running() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "Fictional cases" in line:
                break
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    assert demo.returncode != 0
    # An interrupt while the supervisor starts reaches it through the closed pipe, a moment later.
    wait_until("the end of the cloud", lambda: process_group(LOCAL / "once" / "cloud") is None, timeout_s=20)
