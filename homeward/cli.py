"""The program `homeward`, and the exit code of each error."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from homeward.command_list import LazyGroup
from homeward.exit_codes import FAILED, NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.terminal import warn

_LOCAL_CLOUD_IS_DOWN = "The local cloud of this shell is down. Bring it up and repeat its `eval`, or open a new shell"
app = typer.Typer(cls=LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - as below

        sys.stdout.write(f"homeward {version('homeward')}\n")
        raise typer.Exit


@app.callback()
def describe(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Operate a deployed Homeward: its sources, gallery, cases, encounters and cameras.

    Credentials and region come from the AWS environment, as for the AWS command
    line.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not found; 4 differences
    found; 5 refused for safety; 6 a picture, video or document cannot be
    used.
    """
    if region := os.environ.get("AWS_REGION"):
        os.environ.setdefault("AWS_DEFAULT_REGION", region)  # boto3 reads no other
    from homeward.log_output import show_log_lines  # noqa: PLC0415 - `homeward --help` does not wait for it

    show_log_lines()


def main() -> None:
    """Run the command line. An expected error prints one line instead of a traceback."""
    try:
        app()
    except Exception as error:
        if not (explained := _explain(error)):
            raise
        text, code = explained
        warn(text, style="red")
        sys.exit(code)


def _explain(error: Exception) -> tuple[str, int] | None:
    """Return the line and the exit code of an expected error; None for any other."""
    # Only a command that ran can fail, so these modules cost `homeward --help` nothing.
    from botocore.exceptions import (  # noqa: PLC0415
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
    )

    from agencies.files import AgencyFileError  # noqa: PLC0415
    from homeward.agency.file import NoAgencyFileError  # noqa: PLC0415
    from homeward.deployment.outputs import NotDeployedError, deployed_here  # noqa: PLC0415
    from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE  # noqa: PLC0415
    from lambdas.ingest.gallery.lease import LeaseBusyError  # noqa: PLC0415
    from lambdas.ingest.gallery.rebuild import RebuildError  # noqa: PLC0415
    from lambdas.review.errors import ReviewError  # noqa: PLC0415

    if isinstance(error, NoAgencyFileError):
        return f"{error}{deployed_here()}", WRONG_USAGE
    if isinstance(error, EndpointConnectionError) and LOCAL_CLOUD_VARIABLE in os.environ:
        return _LOCAL_CLOUD_IS_DOWN, FAILED
    explained: dict[type[Exception], tuple[str, int]] = {
        AgencyFileError: (f"{error}", WRONG_USAGE),
        NotDeployedError: (f"{error}", NOT_FOUND),
        RebuildError: (f"{error}", REFUSED),
        ReviewError: (f"{error}", FAILED),
        LeaseBusyError: (f"{error}; try again", FAILED),
        NoCredentialsError: ("No AWS credentials. Set AWS_PROFILE, or the variables of your sign-in", FAILED),
        NoRegionError: ("No AWS region. Set AWS_REGION, or a region in the profile", FAILED),
        BotoCoreError: (f"AWS answered: {error}", FAILED),
        ClientError: (f"AWS answered: {error}", FAILED),
    }
    return next((line for kind, line in explained.items() if isinstance(error, kind)), None)
