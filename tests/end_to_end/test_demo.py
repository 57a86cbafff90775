"""The program of `make demo`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from PIL import Image

from local_cloud.demo.run import BUILD, LOCAL
from local_cloud.demo.watch import wait_until
from local_cloud.lifecycle import process_group
from local_cloud.paths import ROOT

COMMAND = [sys.executable, "-m", "local_cloud.demo"]


@pytest.mark.timeout(400)
def test_the_demo_finds_the_missing_person() -> None:
    (BUILD / "report.json").unlink(missing_ok=True)
    (BUILD / "contact_sheet.png").unlink(missing_ok=True)
    demo = subprocess.run(COMMAND, capture_output=True, text=True, check=False, cwd=ROOT)
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
    assert process_group(LOCAL / "cloud") is None


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
