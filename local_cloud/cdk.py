"""Runs the CDK command line against a local cloud."""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from local_cloud.errors import CloudError
from local_cloud.paths import ROOT
from local_cloud.processes.services import log_file
from local_cloud.settings import CloudSettings

# Lines of the CDK's output that tell progress or a problem. The log has all lines.
NOTEWORTHY = re.compile(r"^(⏳|✅|❌)|deploying\.\.\.|destroying\.\.\.|_FAILED|[Ee]rror")
ROUTINE = re.compile(r"_COMPLETE|_IN_PROGRESS|: (start|success): ")

Progress = Callable[[str], None]


def cdk_environment(settings: CloudSettings) -> dict[str, str]:
    """Make the CDK's environment: the caller's, without its AWS account, pointed to this cloud, without telemetry."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return (
        inherited
        | settings.client_environment
        | {
            # The app's `python3` is this interpreter.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # Keeps the CDK's cache of accounts separate from that of real accounts.
            "CDK_HOME": str(settings.state / "cdk-home"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            # The CDK's own validation takes half of a synthesis, and the infrastructure tests run it.
            "CDK_VALIDATION": "false",
            "NODE_NO_WARNINGS": "1",
            "NO_COLOR": "1",
        }
    )


def run_cdk(settings: CloudSettings, *arguments: str, folder: Path, progress: Progress) -> None:
    """Run `cdk ARGUMENTS` in a folder. All output goes to `STATE/logs/cdk.log`, noteworthy lines to `progress`.

    Raises:
        CloudError: The command failed. The message ends with the last lines of its output.
    """
    program = ROOT / "node_modules" / ".bin" / "cdk"
    if not program.exists():
        raise CloudError("The CDK command line is not installed. Run `make setup`.")
    command = [sys.executable, "-m", "local_cloud.processes.kill_with_parent", str(program), *arguments, "--no-notices"]
    tail: deque[str] = deque(maxlen=25)
    log_path = log_file(settings, "cdk")
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with (
        log_path.open("a", encoding="utf-8") as log,
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
        raise CloudError(
            f"`cdk {' '.join(arguments)}` failed. Its output is in {log_path}; the last lines are:\n" + "".join(tail)
        )
