"""Print lines that may quote text from outside: names of files, answers of brokers, settings."""

import typer

from edge_device.checks.result import CheckResult


def say(line: str, *, err: bool = False) -> None:
    """Print one line. A terminal gets no control characters from it."""
    typer.echo("".join(character if character.isprintable() else " " for character in line), err=err)


def show(result: CheckResult) -> None:
    """Print the result of a check, and what to do about it."""
    say(f"{result.grade:<8}{result.name:<13}{result.finding}")
    if result.advice:
        say(f"{'':<21}-> {result.advice}")
