"""`homeward-edge check`."""

import json

import typer

from edge_device.checks import run_checks
from edge_device.options import FAILED, AsJson, Config, Set, helpful_errors, settings_of


def check(*, config: Config = None, assignments: Set = None, as_json: AsJson = False) -> None:
    """Test everything that the camera needs, and say what to do about what is missing.

    Camera, detector, clock, outbox, certificate, broker, and the right to each topic. Stop the camera first: two
    connections with one name end each other. Exits with 1 if something is missing that captures need.

    Examples:
        homeward-edge check --config /etc/homeward-edge/camera.toml
    """
    with helpful_errors():
        results = list(run_checks(settings_of(config, assignments)))
    if as_json:
        typer.echo(json.dumps([result.to_json() for result in results]))
    else:
        for result in results:
            typer.echo(f"{result.grade:<8}{result.name:<13}{result.finding}")
            if result.advice:
                typer.echo(f"{'':<21}-> {result.advice}")
    if any(result.grade == "failed" for result in results):
        raise typer.Exit(FAILED)
