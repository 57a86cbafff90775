"""The command line `python -m local_cloud`."""

import json
import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from local_cloud import lifecycle
from local_cloud.errors import CloudError
from local_cloud.namus.cli import app as namus_app
from local_cloud.processes.services import log_file, services_of
from local_cloud.rekognition.cli import app as rekognition_app
from local_cloud.settings import CloudSettings

NOT_UP = 3

app = typer.Typer(
    help="Run a local cloud on 127.0.0.1: an AWS emulator, a Rekognition-compatible server, and a NamUs stand-in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
app.add_typer(rekognition_app, name="rekognition")
app.add_typer(namus_app, name="namus")

State = Annotated[Path, typer.Option("--state", help="State folder. One cloud per folder.")]
DEFAULT_STATE = Path(".local/cloud")


@app.command()
def up(
    *,
    state: State = DEFAULT_STATE,
    free_ports: Annotated[bool, typer.Option(help="Use free ports instead of the --*-port options.")] = False,
    emulator_port: int = 4566,
    mqtt_port: int = 8883,
    rekognition_port: int = 4571,
    namus_port: int = 4572,
    inbox_port: int = 4573,
    documents: Annotated[
        Path | None, typer.Option(help="Folder of NamUs documents to serve. Default: STATE/documents.")
    ] = None,
    auth: Annotated[bool, typer.Option(help="Evaluate IAM, bucket, queue, and IoT policies.")] = False,
) -> None:
    """Start the cloud and wait until it is healthy. It runs until `down`.

    Exit codes: 0 the cloud is up, 1 it did not start.

    Examples: `python -m local_cloud up`, `python -m local_cloud up --state /tmp/second --free-ports`
    """
    if lifecycle.process_group(state):
        typer.echo(f"The cloud in {state} is already up. See `python -m local_cloud status`.")
        return
    settings = CloudSettings(
        state=state,
        emulator_port=emulator_port,
        mqtt_port=mqtt_port,
        rekognition_port=rekognition_port,
        namus_port=namus_port,
        inbox_port=inbox_port,
        services=(*CloudSettings.services, "inbox"),
        documents=documents,
        auth=auth,
    )
    try:
        supervisor = lifecycle.start(settings.with_free_ports() if free_ports else settings, progress=typer.echo)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    lifecycle.detach(supervisor)
    typer.echo(f"The cloud is up. Its endpoints and environment variables are in {settings.state / 'cloud.json'}.")
    option = "" if state == DEFAULT_STATE else f" --state {shlex.quote(str(state))}"
    typer.echo(f'Point this shell to it with: eval "$(python -m local_cloud env{option})"')


@app.command()
def status(
    *, state: State = DEFAULT_STATE, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Show the services and their health.

    Exit codes: 0 all services are healthy, 3 the cloud is down or a service is unhealthy.
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
def env(*, state: State = DEFAULT_STATE) -> None:
    """Print exports for a shell, with which `homeward` and `npx cdk` work on this cloud as they do on AWS.

    Exit codes: 0 printed, 3 no cloud is up.

    Example: `eval "$(python -m local_cloud env --state .local/demo/cloud)"`
    """
    cloud = lifecycle.attach(state)
    if cloud is None:
        typer.echo(
            f"No cloud is up in {state}. Start it with `make demo KEEP=1` or `python -m local_cloud up`.", err=True
        )
        raise typer.Exit(NOT_UP)
    for name, value in cloud.environment.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def logs(
    name: Annotated[
        str | None, typer.Argument(help="emulator, rekognition, namus, inbox, supervisor, or cdk. Default: all.")
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep showing new lines.")] = False,
    state: State = DEFAULT_STATE,
) -> None:
    """Show the last lines of the logs.

    Exit codes: 0 shown, 1 no such log.
    """
    settings = CloudSettings(state=state)
    files = [log_file(settings, name)] if name else sorted(log_file(settings, "any").parent.glob("*.log"))
    if not files or not all(file.exists() for file in files):
        available = ", ".join(file.stem for file in log_file(settings, "any").parent.glob("*.log")) or "none"
        typer.echo(f"No such log in {settings.state}. Available logs: {available}.", err=True)
        raise typer.Exit(1)
    os.execvp("tail", ["tail", "-n", "50", *(["-F"] if follow else []), *map(str, files)])  # noqa: S606, S607  (the system's)


@app.command()
def down(*, state: State = DEFAULT_STATE) -> None:
    """Stop the cloud and all its processes.

    Exit codes: 0 the cloud is down, 1 a process did not end.
    """
    try:
        ended = lifecycle.stop(state)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo("The cloud is down." if ended else f"No cloud is up in {state}.")
