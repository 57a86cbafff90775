"""What `make` says on a machine that lacks what Homeward needs. The tools of the machine are small scripts here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "tools" / "check-machine"


class Machine:
    """A folder that is the whole PATH."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools"
        self.venv = folder / "venv"
        self.tools.mkdir()
        for tool in ("sh", "rm"):
            (self.tools / tool).symlink_to(str(shutil.which(tool)))
        (self.tools / "python3").symlink_to(sys.executable)
        self.has("npm", "true")
        self.has("node", 'case "$1" in -p) echo 22 ;; *) echo v22.1.0 ;; esac')

    def has(self, tool: str, script: str) -> None:
        path = self.tools / tool
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def check(self, python: str = "python3", *named: str) -> tuple[int, str]:
        result = subprocess.run(
            [CHECK, python, self.venv, *named],
            env={"PATH": str(self.tools)},
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stderr + result.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_complete_machine_passes_silently(machine: Machine) -> None:
    assert machine.check() == (0, "")


def test_old_python_is_named_with_its_version(machine: Machine) -> None:
    machine.has("python3", 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    code, text = machine.check()
    assert (code, text.count("\n")) == (1, 1)
    assert "'python3' is Python 3.9.2. Install one" in text


def test_missing_python_is_one_line(machine: Machine) -> None:
    code, text = machine.check("python9")
    assert (code, text.count("\n")) == (1, 1)
    assert "'python9' is not installed" in text


def test_python_without_venv_names_the_package(machine: Machine) -> None:
    machine.has("python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    code, text = machine.check()
    assert (code, text.count("\n")) == (1, 1)
    assert "sudo apt install python3-venv" in text


@pytest.mark.parametrize("tool", ["node", "npm"])
def test_missing_node_is_one_line(machine: Machine, tool: str) -> None:
    (machine.tools / tool).unlink()
    code, text = machine.check()
    assert (code, text.count("\n")) == (1, 1)
    assert text.startswith("Homeward needs Node 20 or newer with npm.")


def test_old_node_is_named_with_its_version(machine: Machine) -> None:
    machine.has("node", 'case "$1" in -p) echo 18 ;; *) echo v18.19.0 ;; esac')
    code, text = machine.check()
    assert (code, text.count("\n")) == (1, 1)
    assert "this is v18.19.0" in text


def test_environment_of_a_removed_python_is_deleted(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    (machine.venv / "bin" / "python").symlink_to("/nowhere/python3.8")
    code, text = machine.check()
    assert code == 0
    assert "building" in text
    assert not machine.venv.exists()


def test_working_environment_is_kept(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    (machine.venv / "bin" / "python").symlink_to(sys.executable)
    assert machine.check() == (0, "")
    assert machine.venv.exists()


def test_environment_of_another_named_python_is_deleted(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    (machine.venv / "bin" / "python").symlink_to(sys.executable)
    machine.has("python3.99", 'case "$2" in *print*) echo 3.99 ;; esac')
    assert machine.check("python3.99") == (0, ""), "nobody named it: this one is as good"
    code, text = machine.check("python3.99", "named")
    assert (code, text.count("\n")) == (0, 1)
    assert "has another Python than 'python3.99'" in text
    assert not machine.venv.exists()


def test_environment_of_an_interrupted_installation_is_deleted(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    broken = machine.venv / "bin" / "python"
    broken.write_text('#!/bin/sh\ncase "$2" in *pip*) exit 1 ;; esac\n')
    broken.chmod(0o755)
    code, text = machine.check()
    assert code == 0
    assert "has no pip" in text
    assert not machine.venv.exists()
