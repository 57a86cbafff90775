"""`homeward-edge outbox`."""

import json
import time
from typing import Annotated

import typer

from edge_device.build import build_outbox, build_publisher
from edge_device.core.message import iso_time
from edge_device.options import STILL_WAITING, AsJson, Config, Set, failure, helpful_errors, settings_of
from edge_device.sender import Sender

app = typer.Typer(no_args_is_help=True, help="The messages that wait to be sent.")


@app.command(name="ls")
def list_waiting(*, config: Config = None, assignments: Set = None, as_json: AsJson = False) -> None:
    """List the messages that wait, in the order of sending.

    Examples:
        homeward-edge outbox ls --config /etc/homeward-edge/camera.toml
    """
    with helpful_errors(), build_outbox(settings_of(config, assignments, source="none")) as outbox:
        rows = [
            {
                "capture_id": entry.capture_id,
                "queued_at": iso_time(entry.queued_wall_s),
                "bytes": len(entry.payload),
                "attempts": entry.attempts,
            }
            for entry in outbox.entries()
        ]
        summary = f"{len(rows)} waiting, {outbox.sent} sent, {outbox.dropped} dropped"
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['capture_id']}  {row['queued_at']}  {row['bytes']:>7} bytes  {row['attempts']} attempts")
    typer.echo(summary)


@app.command()
def flush(
    *,
    config: Config = None,
    assignments: Set = None,
    timeout: Annotated[float, typer.Option(help="Seconds to go on trying.")] = 60.0,
) -> None:
    """Send all messages that wait, without filming. Stop the camera first: two with one name disconnect each other.

    Examples:
        homeward-edge outbox flush --config /etc/homeward-edge/camera.toml
    """
    with helpful_errors():
        settings = settings_of(config, assignments, source="none")
        publisher = build_publisher(settings)
        with build_outbox(settings) as outbox:
            sender = Sender(outbox, publisher, on_sent=lambda entry: typer.echo(f"sent {entry.capture_id}"))
            publisher.connect()
            sender.start()
            started = time.monotonic()
            drained = sender.drain(timeout)
            sender.stop()
            publisher.close()
            waiting = len(outbox)
    if not drained:
        raise failure(
            f"{waiting} messages still wait after {time.monotonic() - started:.0f} s; `homeward-edge check` says why",
            code=STILL_WAITING,
        )
    typer.echo("nothing waits any more")
