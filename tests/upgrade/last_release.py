"""The code of the last release, from the repository's own history, and its programs."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_GIT = shutil.which("git") or "git"
COMMIT = (Path(__file__).parent / "release").read_text().strip()


@dataclass(frozen=True)
class LastRelease:
    """The release's files in a folder, and a Python that has what they import."""

    folder: Path
    python: Path

    def run(self, *arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run `python -m ARGUMENTS` with the release's code."""
        return subprocess.run(
            [str(self.python), "-m", *arguments],
            env={**os.environ, **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def app_folder(self, folder: Path) -> Path:
        """Make a folder to synthesize the app in. It has the release's cdk.json, and no code that hides today's."""
        folder.mkdir()
        shutil.copyfile(self.folder / "cdk.json", folder / "cdk.json")
        return folder


def check_out(folder: Path) -> LastRelease:
    """Take the release from git, and find or make a Python for it."""
    archive = subprocess.run([_GIT, "archive", COMMIT], cwd=ROOT, capture_output=True, check=False)
    assert archive.returncode == 0, f"{archive.stderr.decode()}A shallow clone? Try: git fetch --unshallow"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return LastRelease(folder, _python(folder / "requirements.txt"))


def _python(requirements: Path) -> Path:
    """Return this Python if it has the packages of the release, or else that of an environment made for them."""
    if _pins(requirements) <= _pins(ROOT / "requirements.txt"):
        return Path(sys.executable)
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    environment = ROOT / ".local" / "releases" / digest
    python = environment / "bin" / "python"
    if not (environment / ".ready").exists():
        uv = find_uv_bin()
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, requirements], check=True)
        (environment / ".ready").touch()
    return python


def _pins(requirements: Path) -> set[str]:
    return {line.strip() for line in requirements.read_text().splitlines() if "==" in line and line[0] not in " #"}
