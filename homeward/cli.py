"""The commands of `homeward`, and the exit code of each error."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError

from agencies.files import AgencyFileError
from homeward.commands import camera, case, encounter, gallery, queue, webhook
from homeward.commands.doctor import doctor
from homeward.commands.import_folder import import_folder
from homeward.commands.latency import latency
from homeward.commands.probe import probe
from homeward.commands.search import search
from homeward.commands.submit import submit
from homeward.commands.sync import sync
from homeward.commands.thresholds import thresholds
from homeward.commands.upload_link import upload_link
from homeward.deployment.outputs import NotDeployedError
from homeward.exit_codes import FAILED, NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.log_output import show_log_lines
from homeward.terminal import warn
from lambdas.ingest.gallery.lease import LeaseBusyError
from lambdas.ingest.gallery.rebuild import RebuildError
from lambdas.review.verdicts import ReviewError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(sync)
app.command("import")(import_folder)
app.command()(search)
app.command()(submit)
app.command("upload-link")(upload_link)
app.add_typer(gallery.app, name="gallery")
app.add_typer(case.app, name="case")
app.add_typer(encounter.app, name="encounter")
app.command()(thresholds)
app.command()(latency)
app.command()(probe)
app.command()(doctor)
app.add_typer(camera.app, name="camera")
app.add_typer(queue.app, name="queue")
app.add_typer(webhook.app, name="webhook")


@app.callback()
def describe() -> None:
    """Operate a deployed Homeward: its sources, gallery, cases, encounters and cameras.

    Credentials and region come from the AWS environment, as for the AWS command
    line.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not found; 4 differences
    found; 5 refused for safety; 6 the picture or video cannot be used.
    """
    show_log_lines()


def main() -> None:
    """Run the command line. An expected error prints one line instead of a traceback."""
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
    warn(text, style="red")
    sys.exit(code)
