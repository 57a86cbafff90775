"""`homeward-edge run`."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from edge_device.options import STILL_WAITING, AsJson, Config, Set, failure, helpful_errors, settings_of
from edge_device.service import film


def run(
    *,
    config: Config = None,
    assignments: Set = None,
    source: Annotated[
        str | None, typer.Option(help="A webcam's number, a URL, a video file, a folder, or awscam.")
    ] = None,
    camera: Annotated[str | None, typer.Option(help="The camera's thing name, such as cam-01.")] = None,
    publisher: Annotated[
        Literal["iot-core", "greengrass-v2", "greengrass-v1", "stdout"] | None,
        typer.Option(help="How messages leave [default: iot-core]."),
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Host of the MQTT broker.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the MQTT broker [default: 8883].")] = None,
    cert: Annotated[Path | None, typer.Option(help="The camera's certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    ca: Annotated[Path | None, typer.Option(help="The broker's certificate authority (PEM).")] = None,
    outbox: Annotated[Path | None, typer.Option(help="Where messages wait until they are acknowledged.")] = None,
    pace: Annotated[Literal["real-time", "fast"] | None, typer.Option(help="How a video file is played.")] = None,
    trust_clock: Annotated[
        bool | None, typer.Option("--trust-clock", help="Take the clock as right where no NTP service says so.")
    ] = None,
    live_view: Annotated[int | None, typer.Option(help="Show what it sees on this port of 127.0.0.1.")] = None,
    drain_timeout: Annotated[float, typer.Option(help="Seconds to wait at the end until all is sent.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Film until the video ends or the program is told to stop, and send the captures.

    Examples:
        homeward-edge run --config /etc/homeward-edge/camera.toml

        homeward-edge run --source walk.mp4 --camera cam-01 --publisher stdout --outbox /tmp/outbox.db
    """
    options = {
        "source": source,
        "camera": camera,
        "pace": pace,
        "trust_clock": trust_clock,
        "mqtt.publisher": publisher,
        "mqtt.endpoint": endpoint,
        "mqtt.port": port,
        "mqtt.certificate": cert,
        "mqtt.key": key,
        "mqtt.ca": ca,
        "outbox.path": outbox,
        "live_view.port": live_view,
    }
    with helpful_errors():
        report = film(settings_of(config, assignments, **options), drain_timeout_s=drain_timeout)
    if as_json:
        typer.echo(json.dumps(report))
    if report["waiting"]:
        reason = report["connection_failure"] or "see the log"
        raise failure(
            f"{report['waiting']} captures were not acknowledged ({reason}); they wait in {report['outbox']}"
            " for the next run, or `homeward-edge outbox flush`",
            code=STILL_WAITING,
        )
