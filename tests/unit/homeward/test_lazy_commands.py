"""The list of commands: quick, complete, and true."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer.main

import edge_device.cli
import homeward.cli
from edge_device.cli import SUMMARIES as EDGE_SUMMARIES
from homeward.command_list import SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS = pytest.mark.parametrize(
    ("app", "summaries"), [(homeward.cli.app, SUMMARIES), (edge_device.cli.app, EDGE_SUMMARIES)]
)


@PROGRAMS
def test_summaries_are_the_first_lines_of_the_commands_help(app: typer.Typer, summaries: Mapping[str, str]) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined] # typer keeps its group private
    helps = {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in commands.items()}
    assert helps == summaries


@pytest.mark.parametrize(
    ("start", "summaries"),
    [("homeward.cli import main", SUMMARIES), ("edge_device.cli import app as main", EDGE_SUMMARIES)],
)
def test_help_imports_no_command(start: str, summaries: Mapping[str, str]) -> None:
    program = f"""
import sys
from {start}
sys.argv = ["homeward", "--help"]
try:
    main()
finally:
    print(sorted({{"boto3", "cv2", "httpx", "numpy", "pydantic", "structlog"}} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("[]\n")
    assert all(name in result.stdout for name in summaries)
