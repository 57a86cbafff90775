"""`homeward`, the operator's command line."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError

from agencies.files import AgencyFileError
from homeward import cameras, cases, encounters, galleries, queues, webhooks
from homeward.deployment import NotDeployedError
from homeward.imports import import_folder
from homeward.latency import latency
from homeward.options import FAILED, NOT_FOUND, REFUSED, WRONG_USAGE, messages
from homeward.probes import probe
from homeward.searches import search
from homeward.submits import submit
from homeward.syncs import sync
from homeward.thresholds import thresholds
from homeward.uploads import upload_link
from homeward.warnings_shown import show_warnings
from lambdas.ingest.lease import LeaseBusyError
from lambdas.ingest.rebuild import RebuildError
from lambdas.review.verdicts import ReviewError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(sync)
app.command("import")(import_folder)
app.command()(search)
app.command()(submit)
app.command("upload-link")(upload_link)
app.add_typer(galleries.app, name="gallery")
app.add_typer(cases.app, name="case")
app.add_typer(encounters.app, name="encounter")
app.command()(thresholds)
app.command()(latency)
app.command()(probe)
app.add_typer(cameras.app, name="camera")
app.add_typer(queues.app, name="queue")
app.add_typer(webhooks.app, name="webhook")


@app.callback()
def describe() -> None:
    """Operate a deployed Homeward: its sources, its gallery, its cases, its cameras.

    Credentials and region come from the AWS environment, as for the AWS command line.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not found; 4 differences found; 5 refused for safety;
    6 the picture or video cannot be used.
    """
    show_warnings()


def main() -> None:
    """Run the command line; what AWS or the gallery refuses is one line, not a traceback."""
    try:
        app()
    except AgencyFileError as error:
        _end(str(error), WRONG_USAGE)
    except NotDeployedError as error:
        _end(str(error), NOT_FOUND)
    except RebuildError as error:
        _end(str(error), REFUSED)
    except ReviewError as error:
        _end(str(error), FAILED)
    except LeaseBusyError as error:
        _end(f"{error}; try again", FAILED)
    except (ClientError, BotoCoreError) as error:
        _end(f"AWS answered: {error}", FAILED)


def _end(text: str, code: int) -> NoReturn:
    messages.print(f"homeward: {text}", style="red", soft_wrap=True, markup=False)
    sys.exit(code)
