"""The list of commands: quick, complete, and true."""

from __future__ import annotations

import subprocess
import sys

import typer.main

from homeward.cli import app
from homeward.lazy_commands import SUMMARIES


def test_summaries_are_the_first_lines_of_the_commands_help() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined] # typer keeps its group private
    helps = {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in commands.items()}
    assert helps == SUMMARIES


def test_help_imports_no_command() -> None:
    program = """
import sys
from homeward.cli import main
sys.argv = ["homeward", "--help"]
try:
    main()
finally:
    print(sorted({"boto3", "httpx", "numpy", "pydantic"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("[]\n")
    assert all(name in result.stdout for name in SUMMARIES)
