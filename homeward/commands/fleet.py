"""`homeward fleet`: take down the cameras of an environment."""

from __future__ import annotations

import functools
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from edge_device.wording.counts import counted
from homeward.exit_codes import REFUSED, WRONG_USAGE
from homeward.fleet.emptying import empty_fleet, release_policies_and_types, steps
from homeward.fleet.own_fleet import find_own_fleet
from homeward.fleet.status import last_status
from homeward.options import AgencyOption, DryRunOption
from homeward.progress import progress
from homeward.terminal import console, fail, warn
from lambdas.common.things import STAGE, camera_of_thing
from lambdas.ingest.resources import new_client

if TYPE_CHECKING:
    from homeward.fleet.own_fleet import OwnFleet

app = typer.Typer(no_args_is_help=True)
# A status that cannot be read came from a camera too.
_LIVE = {"online", "unreadable"}
_NAMED_CAMERAS = 10


@app.callback()
def describe() -> None:
    """Delete the cameras of an environment, before the environment itself is removed.

    Examples:
        homeward fleet empty -a springfield-dev --dry-run

        homeward fleet empty -a springfield-dev
    """


@app.command()
def empty(
    *,
    agency: AgencyOption,
    live: Annotated[bool, typer.Option("--live", help="Also delete cameras that are online.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask on a terminal.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Delete every camera, reservation and claim certificate of an environment. Its captures stay.

    Run it five minutes before `npx cdk destroy`: AWS IoT deletes no policy and
    no thing type that is, or was until lately, in use. It also works where
    stacks are gone or half deleted, and touches nothing of other environments.
    Things that the fleet has not created, such as an AWS DeepLens, stay. It is
    idempotent: after an interruption, run it again.

    Exit codes: 0 also if there was nothing to delete; 5 cameras are online;
    stop them, or use --live.

    Examples:
        homeward fleet empty -a springfield-dev --dry-run

        homeward fleet empty -a springfield-dev

        homeward fleet empty -a springfield-dev --live --yes
    """
    if not re.fullmatch(STAGE, agency):
        raise fail(f"{agency!r} is not an environment: use AGENCY-dev, AGENCY-staging or AGENCY-prod", code=WRONG_USAGE)
    with progress("looking for cameras") as advance:
        fleet = find_own_fleet(agency, functools.cache(new_client), advance)
    if dry_run:
        _show(fleet, "would")
    if not live:
        _refuse_live_cameras(fleet)
    if dry_run:
        return
    if not (yes or fleet.is_empty) and sys.stdin.isatty():
        _show(fleet, "will")
        typer.confirm(f"Delete all of this from {agency}?", abort=True, err=True)
    _delete(fleet)


def _delete(fleet: OwnFleet) -> None:
    stage = fleet.deployment.stage
    with progress("deleting", total=len(fleet.certificates) + len(fleet.things)) as advance:
        failures = empty_fleet(fleet, advance)
    is_released = release_policies_and_types(fleet)
    for failure in failures:
        warn(f"a connection could not be closed ({failure}); AWS IoT closes it within minutes")
    if not is_released:
        warn("AWS IoT does not delete the policies and thing types yet; run the same command again in five minutes")
    if fleet.is_empty:
        console.print(f"{stage} has no camera and no claim certificate in this account and region")
        return
    for what in (what for verb, what in steps(fleet) if verb == "detach"):
        console.print(f"detached {what}", soft_wrap=True)
    cameras = {entry["camera"] for entry in fleet.entries} | {_camera(fleet, thing) for thing in fleet.things}
    claims = sum(not (each.things or each.shared_with) for each in fleet.certificates)
    deleted = f"{counted(len(cameras), 'camera')} and {counted(claims, 'claim certificate')}"
    console.print(f"{stage} is empty: {deleted} deleted")
    if fleet.has_stack:
        console.print(f"To remove the environment, wait five minutes, then: npx cdk destroy '{stage}/*'")


def _show(fleet: OwnFleet, modal: str) -> None:
    """Print each step, such as "would delete thing oak-dev_cam-01"."""
    for verb, what in steps(fleet):
        console.print(f"{modal} {verb} {what}", soft_wrap=True)
    if fleet.is_empty:
        console.print("nothing to delete")


def _refuse_live_cameras(fleet: OwnFleet) -> None:
    """End the command if a camera is online."""
    online = [thing for thing in fleet.things if last_status(fleet.deployment, thing)[0] in _LIVE]
    if not online:
        return
    named = ", ".join(_camera(fleet, thing) for thing in online[:_NAMED_CAMERAS])
    more = f" and {len(online) - _NAMED_CAMERAS} more" if len(online) > _NAMED_CAMERAS else ""
    are_online = counted(len(online), "camera is online", "cameras are online")
    raise fail(f"{are_online}: {named}{more}. Stop them first, or use --live", code=REFUSED)


def _camera(fleet: OwnFleet, thing: str) -> str:
    return camera_of_thing(fleet.deployment.stage, thing) or thing
