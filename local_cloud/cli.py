"""`python -m local_cloud`: AWS on a laptop, with no account and no Docker."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from local_cloud import lifecycle
from local_cloud.errors import CloudError
from local_cloud.namus.cli import app as namus_app
from local_cloud.rekognition.cli import app as rekognition_app
from local_cloud.services import log_file, services_of
from local_cloud.settings import CloudSettings

NOT_UP = 3

app = typer.Typer(
    help="The embedded cloud: an AWS emulator, a face-recognition server and a NamUs stand-in, on 127.0.0.1 only.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
app.add_typer(rekognition_app, name="rekognition")
app.add_typer(namus_app, name="namus")

State = Annotated[Path, typer.Option("--state", help="Folder of this cloud; one cloud per folder.")]
DEFAULT_STATE = Path(".local/cloud")


@app.command()
def up(
    *,
    state: State = DEFAULT_STATE,
    free_ports: Annotated[bool, typer.Option(help="Choose ports that are free, instead of the given ones.")] = False,
    emulator_port: int = 4566,
    mqtt_port: int = 8883,
    rekognition_port: int = 4571,
    namus_port: int = 4572,
    documents: Annotated[Path | None, typer.Option(help="NamUs documents that the stand-in serves.")] = None,
    auth: Annotated[bool, typer.Option(help="Evaluate IAM, bucket, queue and IoT policies.")] = False,
) -> None:
    """Start the cloud and wait until it is healthy; it stays up until `down`.

    Exit codes: 0 it is up (or was already), 1 it did not start.

    Examples: `python -m local_cloud up`, `python -m local_cloud up --state /tmp/second --free-ports`
    """
    if lifecycle.process_group(state):
        typer.echo(f"The cloud in {state} is up already. `python -m local_cloud status` describes it.")
        return
    settings = CloudSettings(
        state=state,
        emulator_port=emulator_port,
        mqtt_port=mqtt_port,
        rekognition_port=rekognition_port,
        namus_port=namus_port,
        documents=documents,
        auth=auth,
    )
    try:
        keeper = lifecycle.start(settings.with_free_ports() if free_ports else settings, progress=typer.echo)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    lifecycle.release(keeper)
    typer.echo(f"The cloud is up. Endpoints and environment: {settings.state / 'cloud.json'}")


@app.command()
def status(
    *, state: State = DEFAULT_STATE, as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False
) -> None:
    """Tell what runs, and whether it is healthy.

    Exit codes: 0 all of it is healthy, 3 it is not.
    """
    described = lifecycle.description(state)
    cloud = lifecycle.attach(state)
    services = services_of(cloud.settings) if cloud else []
    health = {service.name: service.is_healthy() for service in services}
    if as_json:
        typer.echo(json.dumps({"up": bool(cloud), "healthy": health, **(described or {})}, indent=2))
    elif described is None:
        typer.echo(f"No cloud is up in {state}. Start it with `python -m local_cloud up`.")
    else:
        for service in services:
            word = "healthy" if health[service.name] else "NOT HEALTHY"
            pid, endpoint = described["pids"][service.name], described["endpoints"][service.name]
            typer.echo(f"{service.name:12} {word:12} pid {pid:<8} {endpoint}")
        typer.echo(f"{'mqtt':12} {'in emulator':12} {'':12} {described['endpoints']['mqtt']}")
    if not health or not all(health.values()):
        raise typer.Exit(NOT_UP)


@app.command()
def logs(
    name: Annotated[
        str | None, typer.Argument(help="emulator, rekognition, namus, keeper or cdk; all when omitted.")
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing what comes.")] = False,
    state: State = DEFAULT_STATE,
) -> None:
    """Show the last lines of the logs.

    Exit codes: 0 shown, 1 there is no such log.
    """
    settings = CloudSettings(state=state)
    wanted = [log_file(settings, name)] if name else sorted(log_file(settings, "any").parent.glob("*.log"))
    if not wanted or not all(file.exists() for file in wanted):
        there = ", ".join(file.stem for file in log_file(settings, "any").parent.glob("*.log")) or "none"
        typer.echo(f"There is no such log in {settings.state}. There: {there}.", err=True)
        raise typer.Exit(1)
    os.execvp("tail", ["tail", "-n", "50", *(["-F"] if follow else []), *map(str, wanted)])  # noqa: S606, S607  (the system's)


@app.command()
def down(*, state: State = DEFAULT_STATE) -> None:
    """End the cloud and all that it started.

    Exit codes: 0 nothing runs any more, 1 something could not be ended.
    """
    try:
        ended = lifecycle.stop(state)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo("The cloud is down." if ended else f"No cloud is up in {state}.")
