"""The demo's cloud when it stays up: started anew, and what a user can do with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from local_cloud import lifecycle
from local_cloud.cloud import Cloud
from local_cloud.inbox.local_links import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.terminal import Terminal
    from local_cloud.demo.report import Report
    from local_cloud.demo.watch import ReceivedAlert
    from local_cloud.settings import CloudSettings

_ENV = 'eval "$(python -m local_cloud env --state .local/demo/cloud)"'


@contextmanager
def kept_cloud(settings: CloudSettings) -> Iterator[Cloud]:
    """Run a cloud that stays up after the `with` block, unless the block fails. An earlier one of the demo ends first.

    Raises:
        CloudError: The cloud did not start.
    """
    lifecycle.stop(settings.state)
    supervisor = lifecycle.start(settings)
    try:
        yield Cloud(settings)
    except BaseException:
        lifecycle.stop(settings.state)
        raise
    lifecycle.detach(supervisor)


def pages(settings: CloudSettings, alert: ReceivedAlert | None) -> dict[str, str]:
    """Return the addresses of the inbox, and of the page behind the alert's link if there is an alert."""
    inbox = settings.endpoints["inbox"]
    link = {"link": f"{inbox}{local_path(alert.document['link'])}"} if alert else {}
    return {"inbox": f"{inbox}/", **link}


def show_kept_cloud(console: Terminal, report: Report) -> None:
    """Print the addresses and commands to try."""
    encounter = report.encounters[0]["encounter_id"] if report.encounters else "ENCOUNTER"
    case = report.encounters[0]["case_id"] if report.encounters else "CASE"
    console.rule("the cloud stays up")
    console.print(f"Inbox, all that was sent:       {report.inbox}", highlight=False)
    if report.link:
        console.print(f"The page behind the alert's link: {report.link}", highlight=False, soft_wrap=True)
    console.print("\nTo try next, in this folder:", highlight=False)
    for command in (
        "source .venv/bin/activate",
        _ENV,
        "homeward encounter list -a demo-dev",
        f"homeward case show {case} -a demo-dev",
        f"homeward encounter confirm {encounter} --by Ada -a demo-dev",
        "homeward gallery stats -a demo-dev",
        "homeward sync -a demo-dev --agency-file .local/demo/demo.toml",
        "make down",
    ):
        console.print(f"  {command}", highlight=False, soft_wrap=True)
