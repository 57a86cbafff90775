"""Print lines that may quote text from outside: names of files, answers of brokers, settings."""

import typer


def say(line: str, *, err: bool = False) -> None:
    """Print one line. A terminal gets no control characters from it."""
    typer.echo("".join(character if character.isprintable() else " " for character in line), err=err)
