"""`homeward-edge check`."""

import json
from collections.abc import Iterator

import typer

from edge_device.checks.broker import check_broker
from edge_device.checks.device import check_camera, check_clock, check_detector, check_outbox
from edge_device.checks.result import CheckResult
from edge_device.commands.options import FAILED, AsJson, Config, Set, exit_on_error, load_settings
from edge_device.commands.output import show
from edge_device.settings import Settings


def check(*, config: Config = None, assignments: Set = None, as_json: AsJson = False) -> None:
    """Check everything that the camera needs, and print how to fix what is missing.

    Checks the camera, detector, clock, outbox, certificate, broker and permission for each topic. Stop the service
    first: the broker disconnects the older of two clients with one name. Exits with 1 if captures cannot be sent.

    Examples:
        homeward-edge check --config /etc/homeward-edge/camera.toml
    """
    results: list[CheckResult] = []
    with exit_on_error():
        for result in _results(load_settings(config, assignments)):
            results.append(result)
            if not as_json:  # a camera that gives no frames takes 20 seconds
                show(result)
    if as_json:
        typer.echo(json.dumps([result.to_json() for result in results]))
    if any(result.grade == "failed" for result in results):
        raise typer.Exit(FAILED)


def _results(settings: Settings) -> Iterator[CheckResult]:
    """Run the checks in order. Skip those that depend on one that failed."""
    image, result = check_camera(settings)
    yield result
    if image is not None:
        yield check_detector(settings, image)
    yield check_clock()
    yield check_outbox(settings)
    yield from check_broker(settings)
