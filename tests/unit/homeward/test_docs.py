"""What the documentation says of the command line is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from homeward import options
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
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def quoted() -> Iterator[tuple[str, str]]:
    """Where, and what: every use of the command line in the documents and in the help texts."""
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for found in re.findall(r"`(homeward [^`]+)`|^\$ (homeward .+)$", file.read_text(), re.MULTILINE):
            yield str(file.relative_to(ROOT)), "".join(found)
    for path, command in COMMANDS.items():
        for line in re.findall(r"^ *(homeward .+)$", getattr(command, "help", ""), re.MULTILINE):
            yield path, line


@pytest.mark.parametrize(("where", "line"), list(quoted()))
def test_what_is_quoted_is_a_command_with_options_that_it_has(where: str, line: str) -> None:
    words = shlex.split(line.partition(" | ")[0])
    name = next((path for path in COMMANDS if words[: len(path.split())] == path.split()), None)
    assert name, f"{where}: there is no {line}"
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}  # type: ignore[attr-defined] # click's
    used = {word for word in words if re.match(r"--?[a-z]", word)}
    assert used <= known, where


def test_the_table_has_every_command_with_the_first_line_of_its_help() -> None:
    rows = dict(re.findall(r"^\| `(homeward [a-z -]+)` \| (.+) \|$", OPERATIONS, re.MULTILINE))
    helps = {path: getattr(command, "help", "").split("\n\n")[0].strip() for path, command in COMMANDS.items()}
    assert rows == helps


def test_the_exit_codes_are_those_of_the_program() -> None:
    rows = {int(code) for code in re.findall(r"^\| (\d) \|", OPERATIONS, re.MULTILINE)}
    named = {options.FAILED, options.WRONG_USAGE, options.NOT_FOUND, options.DIFFERENCES, options.REFUSED}
    assert rows == {0, options.UNUSABLE} | named
    assert all(f"{code} " in str(PROGRAM.help) for code in rows)


def test_every_failure_queue_of_the_stacks_is_explained() -> None:
    stacks = "".join(file.read_text() for file in (ROOT / "stacks").glob("*.py"))
    queues = set(re.findall(r'failure_queue\(self, "(\w+)"', stacks))
    queues |= {f"{name}DeadLetters" for name in re.findall(r'WorkQueue\(\s*self, "(\w+)"', stacks)}
    assert set(re.findall(r"^\| `(\w+)` \|", OPERATIONS, re.MULTILINE)) == queues
