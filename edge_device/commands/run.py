"""`homeward-edge run`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from edge_device.commands.options import (
    INCOMPLETE,
    STILL_WAITING,
    AsJson,
    Config,
    Set,
    exit_on_error,
    failure,
    load_settings,
)
from edge_device.commands.output import say
from edge_device.filming.session import film
from edge_device.wording.counts import counted


def run(
    *,
    config: Config = None,
    assignments: Set = None,
    source: Annotated[
        str | None, typer.Option(help="Number of a webcam, URL, video file, folder of images, or awscam.")
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Thing name of the camera, such as cam-01.")] = None,
    publisher: Annotated[
        Literal["iot-core", "greengrass-v2", "greengrass-v1", "stdout"] | None,
        typer.Option(help="How to publish messages (default: iot-core)."),
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Host of the MQTT broker.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the MQTT broker (default: 8883).")] = None,
    cert: Annotated[Path | None, typer.Option(help="Certificate of the camera (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Private key of the camera (PEM).")] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificate authority of the broker (PEM).")] = None,
    outbox: Annotated[Path | None, typer.Option(help="File in which messages wait for their acknowledgement.")] = None,
    pace: Annotated[Literal["real-time", "fast"] | None, typer.Option(help="How to play a video file.")] = None,
    trust_clock: Annotated[
        bool | None, typer.Option("--trust-clock", help="Trust the clock without a time service.")
    ] = None,
    live_view: Annotated[int | None, typer.Option(help="Port of 127.0.0.1 for the live view.")] = None,
    drain_timeout: Annotated[float, typer.Option(help="Seconds to wait at the end for acknowledgements.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Film, and send the captures, until the video ends or a signal stops the program.

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
    with exit_on_error():
        report: Mapping[str, Any] = film(load_settings(config, assignments, **options), drain_timeout_s=drain_timeout)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        say(_summary(report), err=publisher == "stdout")
    if report["incomplete"]:
        raise failure(str(report["incomplete"]), code=INCOMPLETE)
    if report["waiting"]:
        reason = report["connection_failure"] or "see the log"
        waiting = counted(
            report["waiting"],
            f"capture was not acknowledged ({reason}). It waits",
            f"captures were not acknowledged ({reason}). They wait",
        )
        raise failure(
            f"{waiting} in {report['outbox']}; send with the next run or `homeward-edge outbox flush`",
            code=STILL_WAITING,
        )


def _summary(report: Mapping[str, Any]) -> str:
    """Sum up a run in one line."""
    captures = report["captures"]
    people = len({capture["track"] for capture in captures if "track" in capture})
    dropped = f", {report['dropped']} dropped" if report["dropped"] else ""
    return (
        f"{report['camera']}: {counted(report['frames'], 'frame')}, "
        f"{counted(people, 'person', 'people')}, {counted(len(captures), 'capture')}: "
        f"{report['published']:,} acknowledged, {report['waiting']:,} waiting{dropped}"
    )
