"""The two streams of the command line: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from homeward.exit_codes import FAILED

console = Console()
messages = Console(stderr=True, highlight=False)


def warn(text: str, *, style: str = "yellow") -> None:
    """Print one line on standard error, after the program's name."""
    messages.print(f"homeward: {text}", style=style, soft_wrap=True, markup=False)


def fail(text: str, *, code: int = FAILED) -> typer.Exit:
    """Print an error, and return the exception that ends the command with this exit code."""
    sys.stdout.flush()
    warn(text, style="red")
    return typer.Exit(code)
