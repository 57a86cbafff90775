"""Compare the documentation of the command line with the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from homeward import exit_codes
from homeward.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
OPERATIONS = (ROOT / "docs" / "agency-it" / "operations.md").read_text()
PROGRAM = typer.main.get_command(app)


def commands(group: object = PROGRAM, path: str = "homeward") -> Iterator[tuple[str, object]]:
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def quoted() -> Iterator[tuple[str, str]]:
    """Yield the place and text of every command line in the documents and the help texts."""
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for found in re.findall(r"`(homeward [^`]+)`|^ *\$ (homeward .+)$", file.read_text(), re.MULTILINE):
            yield str(file.relative_to(ROOT)), "".join(found)
    for path, command in COMMANDS.items():
        for line in re.findall(r"^ *(homeward .+)$", getattr(command, "help", ""), re.MULTILINE):
            yield path, line


@pytest.mark.parametrize(("place", "line"), list(quoted()))
def test_quoted_commands_and_their_options_exist(place: str, line: str) -> None:
    words = shlex.split(line.partition(" | ")[0])
    name = next((path for path in COMMANDS if words[: len(path.split())] == path.split()), None)
    assert name, f"{place}: no such command: {line}"
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}  # type: ignore[attr-defined] # click's
    used = {word for word in words if re.match(r"--?[a-z]", word)}
    assert used <= known, place


def test_table_has_the_first_line_of_each_commands_help() -> None:
    rows = dict(re.findall(r"^\| `(homeward [a-z -]+)` \| (.+) \|$", OPERATIONS, re.MULTILINE))
    helps = {path: getattr(command, "help", "").split("\n\n")[0].strip() for path, command in COMMANDS.items()}
    assert rows == helps


def test_exit_codes_match_the_program() -> None:
    rows = {int(code) for code in re.findall(r"^\| (\d) \|", OPERATIONS, re.MULTILINE)}
    assert rows == {0} | {code for name, code in vars(exit_codes).items() if name.isupper()}
    assert all(f"{code} " in str(PROGRAM.help) for code in rows)


def test_every_failure_queue_is_explained() -> None:
    stacks = "".join(file.read_text() for file in (ROOT / "stacks").glob("*.py"))
    queues = set(re.findall(r'failure_queue\(self, "(\w+)"', stacks))
    queues |= {f"{name}DeadLetters" for name in re.findall(r'WorkQueue\(\s*self,\s*"(\w+)"', stacks)}
    assert set(re.findall(r"^\| `(\w+)` \|", OPERATIONS, re.MULTILINE)) == queues
