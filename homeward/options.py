"""The options that the commands share, and what they mean."""

from __future__ import annotations

import functools
import sys
from typing import Annotated

import typer
from rich.console import Console

from homeward.deployment.outputs import Deployment, find_deployment
from lambdas.ingest.resources import new_client

FAILED, WRONG_USAGE, NOT_FOUND, DIFFERENCES, REFUSED, UNUSABLE = 1, 2, 3, 4, 5, 6

Agency = Annotated[
    str,
    typer.Option("--agency", "-a", envvar="HOMEWARD_AGENCY", help="Agency and environment, such as springfield-prod."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]

# Results go to standard output; progress and errors do not get mixed into them.
console = Console()
messages = Console(stderr=True, highlight=False)


def connect(agency: str) -> Deployment:
    """The deployed environment, reached with the credentials and the region of the AWS environment."""
    return find_deployment(agency, functools.cache(new_client))


def fail(text: str, *, code: int = FAILED) -> typer.Exit:
    """Print why on standard error; to be raised, with the exit code."""
    sys.stdout.flush()
    messages.print(f"homeward: {text}", style="red", soft_wrap=True, markup=False)
    return typer.Exit(code)
