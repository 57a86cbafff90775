"""`homeward-edge`, the camera program's command line."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, Literal

import structlog
import typer

from edge_device.cameras import CameraError
from edge_device.publishers import PublishError
from edge_device.service import film
from edge_device.settings import SettingsError, read_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Films passers-by, and sends one good shot of each face to Homeward.

    Exit codes: 0 all done; 1 something failed; 2 wrong options or settings; 3 captures still wait in the outbox.
    """
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@app.command()
def run(
    *,
    config: Annotated[
        Path | None, typer.Option(help="TOML file with the settings; options replace what it says.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="A webcam's number, rtsp:// or http:// address, video file, folder of pictures, or awscam."),
    ] = None,
    camera: Annotated[str | None, typer.Option(help="The camera's thing name, such as cam-01.")] = None,
    publisher: Annotated[Literal["iot-core", "stdout"] | None, typer.Option(help="Where messages go.")] = None,
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
    drain_timeout: Annotated[float, typer.Option(help="Seconds to wait at the end until all is sent.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a report with every capture, as JSON.")] = False,
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
    }
    try:
        report = film(read_settings(config, options), drain_timeout_s=drain_timeout)
    except SettingsError as error:
        raise _failure(str(error), code=2) from error
    except (CameraError, PublishError, OSError, sqlite3.Error) as error:
        raise _failure(str(error), code=1) from error
    if as_json:
        typer.echo(json.dumps(report))
    if report["waiting"]:
        raise _failure(
            f"{report['waiting']} captures were not acknowledged ({report['connection_failure'] or 'see the log'});"
            f" they wait in {report['outbox']} for the next run, or `homeward-edge flush`",
            code=3,
        )


def _failure(message: str, *, code: int) -> typer.Exit:
    typer.echo(f"homeward-edge: {message}", err=True)
    return typer.Exit(code)
