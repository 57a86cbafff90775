"""`homeward-edge`, the command line of the camera program."""

import logging
import sys
from typing import Annotated

import structlog
import typer

from edge_device.commands import check, live_view, outbox, provision, replay, run, setup, simulate, snapshot
from edge_device.commands.output import say
from edge_device.version import version

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(run.run)
app.command()(setup.setup)
app.command()(check.check)
app.command()(provision.provision)
app.command()(snapshot.snapshot)
app.command()(replay.replay)
app.command("live-view")(live_view.live_view)
app.add_typer(outbox.app, name="outbox")
app.command()(simulate.simulate)


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"homeward-edge {version()}")
        raise typer.Exit


@app.callback()
def main(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log only warnings and errors.")] = False,
) -> None:
    """Detect the faces of passers-by, and send one good shot of each to Homeward.

    Exit codes: 0 success; 1 failure; 2 invalid options or settings; 3 captures still wait in the outbox;
    6 a recording cannot be read to its end.
    """
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
    )
