"""`homeward`, the operator's command line."""

from __future__ import annotations

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from homeward import cameras, cases
from homeward.deployment import NotDeployedError
from homeward.options import FAILED, NOT_FOUND, messages

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(cases.app, name="case")
app.add_typer(cameras.app, name="camera")


@app.callback()
def describe() -> None:
    """Operate a deployed Homeward: its cases, its gallery, its cameras.

    Credentials and region come from the AWS environment, as for the AWS command line.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not found; 4 differences found; 5 refused for safety.
    """


def main() -> None:
    """Run the command line; what AWS refuses is one line, not a traceback."""
    try:
        app()
    except NotDeployedError as error:
        messages.print(f"homeward: {error}", style="red", soft_wrap=True)
        sys.exit(NOT_FOUND)
    except (ClientError, BotoCoreError) as error:
        messages.print(f"homeward: AWS answered: {error}", style="red", soft_wrap=True)
        sys.exit(FAILED)
