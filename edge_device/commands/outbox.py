"""`homeward-edge outbox`."""

import json
import time
from typing import Annotated, Any

import typer

from edge_device.commands.options import STILL_WAITING, AsJson, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say
from edge_device.core.message import iso_time
from edge_device.outbox.pace import Pace
from edge_device.outbox.sender import Sender
from edge_device.wiring import build_outbox, build_publisher
from edge_device.wording.counts import counted

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List or send the messages that wait in the outbox.")


@app.command(name="ls")
def list_waiting(*, config: Config = None, assignments: Set = None, as_json: AsJson = False) -> None:
    """List the waiting messages in sending order.

    Examples:
        homeward-edge outbox ls --config /etc/homeward-edge/camera.toml
    """
    with exit_on_error(), build_outbox(load_settings(config, assignments, source="none")) as outbox:
        rows: list[dict[str, Any]] = [
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
        say(f"{row['capture_id']}  {row['queued_at']}  {row['bytes']:>7} bytes  {counted(row['attempts'], 'attempt')}")
    say(summary)


@app.command()
def flush(
    *,
    config: Config = None,
    assignments: Set = None,
    timeout: Annotated[float, typer.Option(help="Seconds to keep trying.")] = 60.0,
) -> None:
    """Send all waiting messages without filming.

    Stop the service first: the broker disconnects the older of two clients with one name.

    Examples:
        homeward-edge outbox flush --config /etc/homeward-edge/camera.toml
    """
    with exit_on_error():
        settings = load_settings(config, assignments, source="none")
        publisher = build_publisher(settings)
        with build_outbox(settings) as outbox:
            sender = Sender(
                outbox,
                publisher,
                topic=settings.topics.faces,
                on_sent=lambda entry: say(f"sent {entry.capture_id}"),
                pace=Pace(settings.outbox.max_per_minute),
            )
            publisher.connect()
            sender.start()
            started = time.monotonic()
            drained = sender.drain(timeout)
            sender.stop()
            publisher.close()
            waiting = len(outbox)
    if not drained:
        left = counted(waiting, "message still waits", "messages still wait")
        raise failure(
            f"{left} after {time.monotonic() - started:.0f} s. Find out why with `homeward-edge check`",
            code=STILL_WAITING,
        )
    say("the outbox is empty")
