"""The demo's cloud when it stays up, and when it comes up again with what is deployed and stored."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_cloud import lifecycle
from local_cloud.cloud import Cloud
from local_cloud.demo.console_sign_in import add_sign_in
from local_cloud.demo.one_time_code import one_time_code
from local_cloud.inbox.local_links import local_path
from local_cloud.settings import SETTINGS_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from homeward.terminal import Terminal
    from local_cloud.demo.report import Report
    from local_cloud.demo.watch import ReceivedAlert
    from local_cloud.settings import CloudSettings

_SETTINGS = "kept.json"
_STATE = ("emulator", "rekognition", "inbox.jsonl", _SETTINGS)


def kept_settings(state: Path) -> CloudSettings | None:
    """Read the settings of the cloud that a demo kept in a state folder, whether it is up or down."""
    file = state / _SETTINGS
    return SETTINGS_JSON.validate_json(file.read_bytes()) if file.exists() else None


@contextmanager
def new_cloud(settings: CloudSettings) -> Iterator[Cloud]:
    """Run a new cloud that stays up after the `with` block, unless the block fails. Delete what an earlier one kept.

    Raises:
        CloudError: The cloud did not start.
    """
    lifecycle.stop(settings.state)
    for name in _STATE:
        kept = settings.state / name
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink(missing_ok=True)
    settings = replace(settings, services=(*settings.services, "inbox"), persist=True)
    with _staying_up(settings) as cloud:
        yield cloud
        (settings.state / _SETTINGS).write_bytes(SETTINGS_JSON.dump_json(settings))


@contextmanager
def same_cloud(settings: CloudSettings) -> Iterator[Cloud]:
    """Use the kept cloud, and start it if it is down. It stays up after the `with` block.

    Raises:
        CloudError: The cloud did not start, for example because another program has one of its ports.
    """
    if lifecycle.attach(settings.state):
        yield Cloud(settings)
        return
    with _staying_up(settings) as cloud:
        yield cloud


@contextmanager
def _staying_up(settings: CloudSettings) -> Iterator[Cloud]:
    supervisor = lifecycle.start(settings)
    try:
        yield Cloud(settings)
    except BaseException:
        lifecycle.stop(settings.state)
        raise
    lifecycle.detach(supervisor)


def pages(settings: CloudSettings, deployment: Deployment, alert: ReceivedAlert | None) -> dict[str, Any]:
    """Return the addresses of the inbox, the console, and the page behind the alert's link if there is an alert."""
    inbox = settings.endpoints["inbox"]
    link = {"link": f"{inbox}{local_path(alert.document['link'])}"} if alert else {}
    encounter_id = alert.document["encounter_id"] if alert else None
    console = add_sign_in(deployment, emulator=settings.endpoints["emulator"], encounter_id=encounter_id)
    return {"inbox": f"{inbox}/", **link, "console": console}


def show_kept_cloud(console: Terminal, report: Report) -> None:
    """Print the addresses and commands to try."""
    console.rule("the cloud stays up")
    console.print(f"Inbox, all that was sent:         {report.inbox}", highlight=False)
    if report.link:
        console.print(f"The page behind the alert's link: {report.link}", highlight=False, soft_wrap=True)
    if report.console:
        _show_sign_in(console, report.console)
    console.print()
    console.print("In this folder, first:", highlight=False)
    _show(console, "source .venv/bin/activate", 'eval "$(python -m local_cloud env --state .local/demo/cloud)"')
    console.print()
    console.print("To try next:", highlight=False)
    _show(console, *_commands_to_try(report))
    console.print()
    console.print("`make down` ends the cloud. `make demo KEEP=1` brings it up again with its data.", soft_wrap=True)
    console.print("`make demo KEEP=1 FRESH=1` starts anew.")


def _show_sign_in(console: Terminal, sign_in: Mapping[str, str]) -> None:
    """Print what signs in to the console of the reviewers."""
    key = sign_in["key"]
    console.print(f"The console, where you decide:    {sign_in['address']}", highlight=False, soft_wrap=True)
    console.print(f"  sign in as {sign_in['email']}, password {sign_in['password']}", highlight=False)
    console.print(f"  one-time code {one_time_code(key)}; the next ones:", highlight=False)
    _show(console, f"  python -m local_cloud.demo.one_time_code {key}")


def _commands_to_try(report: Report) -> list[str]:
    """Return five commands that work as they are printed."""
    encounter = report.encounters[-1]["encounter_id"] if report.encounters else ""
    return [
        "homeward encounter list -a demo-dev",
        f"homeward encounter show {encounter} -a demo-dev" if encounter else "homeward camera list -a demo-dev",
        f"homeward case show {report.case} -a demo-dev",
        f"homeward search {report.photo} -a demo-dev --agency-file .local/demo/demo.toml",
        "homeward upload-link --camera tip-line -a demo-dev",
    ]


def _show(console: Terminal, *commands: str) -> None:
    for command in commands:
        console.print(f"  {command}", highlight=False, soft_wrap=True)
