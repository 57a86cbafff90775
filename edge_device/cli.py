"""`homeward-edge`, the command line of the camera program."""

import logging
import sys
from typing import Annotated

import typer

from edge_device.lazy_commands import lazy_group

# The first line of each command's help. A test compares the two.
SUMMARIES = {
    "run": "Film, and send the captures, until the video ends or a signal stops the program.",
    "setup": "Choose the camera, save a picture to look at, check clock and broker, and write the settings file.",
    "check": "Check everything that the camera needs, and print how to fix what is missing.",
    "provision": "Get the camera's own certificate, in exchange for the fleet's claim certificate.",
    "snapshot": "Save one frame with the faces marked, to aim the camera and test masks.",
    "replay": "Show which captures a video gives with these settings, without queuing or sending them.",
    "live-view": "Print the link to the live view. Only who may read the token's file can do so.",
    "outbox": "List or send the messages that wait in the outbox.",
    "simulate": "Send captures made from images, to test the cloud side or put load on it.",
}
app = typer.Typer(
    cls=lazy_group("edge_device.commands", SUMMARIES), no_args_is_help=True, pretty_exceptions_enable=False
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from edge_device.version import version  # noqa: PLC0415 - as below

        sys.stdout.write(f"homeward-edge {version()}\n")
        raise typer.Exit


@app.callback()
def main(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log only warnings and errors.")] = False,
) -> None:
    """Detect the faces of passers-by, and send one to three good shots of each to Homeward.

    Exit codes: 0 success; 1 failure; 2 invalid options or settings; 3 captures
    still wait in the outbox; 6 a recording cannot be read to its end.
    """
    import structlog  # noqa: PLC0415 - `homeward-edge --help` does not wait for it

    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
    )
