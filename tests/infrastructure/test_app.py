"""The app as the CDK command line runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.infrastructure.templates import AGENCY_FILE, ROOT, STACKS
from tests.support.checkout import add_agency, check_out

if TYPE_CHECKING:
    from pathlib import Path

# These tests are about which stacks there are. test_nag.py checks the stacks.
ENVIRONMENT = {
    **os.environ,
    "CDK_VALIDATION": "false",
    "CDK_DISABLE_VERSION_CHECK": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}


def test_cdk_ls_lists_the_stacks_of_each_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            str(ROOT / "node_modules/.bin/cdk"),
            "ls",
            "--no-notices",
            *("--app", f"{sys.executable} app.py"),
            *("--context", f"agency={AGENCY_FILE}"),
            *("--context", "skip-nag=true"),
            *("--output", str(tmp_path)),
        ],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = {line.split(" ")[0] for line in done.stdout.splitlines()}
    assert listed == {f"everytown-{environment}/{stack}" for environment in ("dev", "prod") for stack in STACKS}


def test_invalid_agency_file_prints_one_line_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(AGENCY_FILE.read_text().replace("[matching]", "[matching]\nalert_threshold = 101"))
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_CONTEXT_JSON": json.dumps({"agency": str(file)}), "CDK_OUTDIR": str(tmp_path / "out")},
        capture_output=True,
        text=True,
        check=False,
    )
    message = [line for line in done.stderr.splitlines() if not line.startswith("b'!!")]
    assert done.returncode == 1
    assert message == [
        f"{file}: matching.alert_threshold: 101 is not allowed: must be a number from review_threshold (80) to 100"
    ]
    assert not list((tmp_path / "out").rglob("*.template.json"))


def run_app(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Run the app in a copy of the project, without bundling."""
    own = json.loads((checkout / "cdk.json").read_text())["context"]
    context = {**own, "skip-nag": "true", "aws:cdk:bundling-stacks": []}
    environment = {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(checkout / "out")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=checkout,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_examples_are_not_deployed_with_an_agencys_own_file(tmp_path: Path) -> None:
    checkout = check_out(tmp_path / "checkout")
    add_agency(checkout, "shelbyville", account="333333333333")
    done = run_app(checkout)
    assert done.returncode == 0, done.stderr
    stages = {assembly.name for assembly in (checkout / "out").glob("assembly-*")}
    assert stages == {"assembly-shelbyville-dev"}


def test_without_an_agency_file_one_line_says_what_to_do(tmp_path: Path) -> None:
    checkout = check_out(tmp_path / "checkout")
    done = run_app(checkout)
    [said] = [line for line in done.stderr.splitlines() if not line.startswith("b'!!")]
    assert done.returncode == 1
    assert said.startswith(f"There is no agency file in {checkout / 'agencies'}. Write one with: homeward agency new")
