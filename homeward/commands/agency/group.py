"""`homeward agency`: write an agency's file, and check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agencies.doubts import doubts
from agencies.files import AgencyFileError, load_agency
from homeward.agency.in_words import in_words
from homeward.commands.agency.new import new
from homeward.exit_codes import WRONG_USAGE
from homeward.options import JsonOption
from homeward.terminal import console, warn

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Write an agency's file, and check what it says."
)
app.command()(new)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The agency's file, such as agencies/springfield.toml.")],
    *,
    cameras: Annotated[int, typer.Option(min=0, help="Cameras, for the cost.")] = 1,
    people: Annotated[int, typer.Option(min=0, help="People who pass each camera a day, for the cost.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """List everything that is wrong with an agency's file, or say what it means in words.

    Says who is told what and when, what cameras may do, and what it costs a month. Warns of what is allowed and
    probably not meant. Needs no credentials.

    Exit codes: 0 nothing is wrong, with or without warnings; 2 an error.

    Examples:
        homeward agency check agencies/springfield.toml

        homeward agency check agencies/springfield.toml --cameras 12 --people 4000
    """
    errors, loaded = "", []
    try:
        loaded = load_agency(file)
    except AgencyFileError as error:
        errors = str(error)
    warnings = list(dict.fromkeys(doubt for settings in loaded for doubt in doubts(settings)))
    words = {each.stage: in_words(each, cameras=cameras, people=people) for each in loaded}
    if as_json:
        console.print_json(data={"errors": errors.splitlines(), "warnings": warnings, "environments": words})
    else:
        _show(errors.splitlines(), warnings, words)
    if errors:
        raise typer.Exit(WRONG_USAGE)


def _show(errors: list[str], warnings: list[str], words: dict[str, list[str]]) -> None:
    for error in errors:
        warn(error, style="red")
    for stage, sentences in words.items():
        console.print(stage, style="bold", highlight=False)
        for sentence in sentences:
            console.print(f"- {sentence}", soft_wrap=True, highlight=False)
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True, highlight=False)
    if not errors:
        count = f"{len(warnings)} warning{'' if len(warnings) == 1 else 's'}" if warnings else "no warnings"
        console.print(f"No errors, {count}.", highlight=False)
