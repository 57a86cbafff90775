"""Runs the CDK command line against a local cloud."""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from local_cloud.errors import CloudError
from local_cloud.services import log_file
from local_cloud.settings import CloudSettings

ROOT = Path(__file__).resolve().parent.parent
# What of the CDK's output tells how far it is, or what went wrong; all of it is in the log.
NOTEWORTHY = re.compile(r"^(⏳|✅|❌)|deploying\.\.\.|destroying\.\.\.|_FAILED|[Ee]rror")
ROUTINE = re.compile(r"_COMPLETE|_IN_PROGRESS|: (start|success): ")

Progress = Callable[[str], None]


def cdk_environment(settings: CloudSettings) -> dict[str, str]:
    """The caller's environment without its AWS account, with this cloud, and without calls beyond loopback."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return (
        inherited
        | settings.client_environment
        | {
            # The app's `python3` is the one that runs us.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # Its cache of accounts by key must not mix with that of real accounts.
            "CDK_HOME": str(settings.state / "cdk-home"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "NODE_NO_WARNINGS": "1",
            "NO_COLOR": "1",
        }
    )


def run_cdk(settings: CloudSettings, *arguments: str, folder: Path, progress: Progress) -> None:
    """Run `cdk ARGUMENTS` in a folder, with its output in `STATE/logs/cdk.log` and the noteworthy lines to `progress`.

    Raises:
        CloudError: It failed; the message ends with its last lines.
    """
    program = ROOT / "node_modules" / ".bin" / "cdk"
    if not program.exists():
        raise CloudError("The CDK command line is not installed: run `make setup`.")
    command = [sys.executable, "-m", "local_cloud.lifeline", str(program), *arguments, "--no-notices"]
    tail: deque[str] = deque(maxlen=25)
    with (
        log_file(settings, "cdk").open("a", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603  (our own program)
            command,
            cwd=folder,
            env=cdk_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if ROUTINE.search(line):
                continue
            tail.append(line)
            if NOTEWORTHY.search(line.strip()):
                progress(line.strip())
    if process.returncode != 0:
        raise CloudError(f"`cdk {' '.join(arguments)}` failed (all of it: {log.name}):\n" + "".join(tail))
