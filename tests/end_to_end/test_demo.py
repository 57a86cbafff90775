"""The program of `make demo`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from PIL import Image

from local_cloud import lifecycle
from local_cloud.demo.run import BUILD, LOCAL
from local_cloud.demo.watch import wait_until
from local_cloud.lifecycle import process_group
from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "local_cloud.demo"]
LOCAL_CLOUD = [sys.executable, "-m", "local_cloud"]


@pytest.fixture
def _ended_afterwards() -> Iterator[None]:
    yield
    lifecycle.stop(LOCAL / "cloud")


def output_of(*command: str, **environment: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, **environment}
    ).stdout


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("_ended_afterwards")
def test_the_demo_finds_the_missing_person_and_stays_up() -> None:
    (BUILD / "report.json").unlink(missing_ok=True)
    (BUILD / "contact_sheet.png").unlink(missing_ok=True)
    demo = subprocess.run([*COMMAND, "--keep"], capture_output=True, text=True, check=False, cwd=ROOT)
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
    assert all(milliseconds >= 0 for milliseconds in report["hops_ms"].values())
    with Image.open(BUILD / "contact_sheet.png") as sheet:
        assert sheet.width > 800
    assert "homeward encounter list -a demo-dev" in demo.stdout
    check_pages(report, text)
    check_commands(encounter["encounter_id"])
    assert output_of(*LOCAL_CLOUD, "down", "--state", ".local/demo/cloud") == "The cloud is down.\n"
    assert process_group(LOCAL / "cloud") is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(report["inbox"])


def check_pages(report: dict[str, Any], text: str) -> None:
    """The inbox has the text message with its link, whose page shows both pictures."""
    assert httpx.get(report["inbox"]).status_code == 200
    [sms] = [each for each in httpx.get(f"{report['inbox']}inbox.json").json() if each["channel"] == "sms"]
    assert (sms["text"], sms["recipients"]) == (text, ["desk"])
    page = httpx.get(report["link"])
    assert page.status_code == 200
    assert f'href="{urlsplit(report["link"]).path}"' in httpx.get(report["inbox"]).text
    for picture in re.findall(r'<img[^>]* src="([^"]+)"', page.text):
        found = httpx.get(urljoin(report["link"], picture), follow_redirects=True)
        assert found.headers["content-type"] == "image/jpeg"


def check_commands(encounter_id: str) -> None:
    """The printed exports point `homeward` to the cloud that stayed up."""
    exports = output_of(*LOCAL_CLOUD, "env", "--state", ".local/demo/cloud")
    environment = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
    listed = output_of(sys.executable, "-m", "homeward", "encounter", "list", "-a", "demo-dev", "--json", **environment)
    assert encounter_id in listed


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
    wait_until("the end of the cloud", lambda: process_group(LOCAL / "cloud") is None, timeout_s=20)
