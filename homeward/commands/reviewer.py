"""`homeward reviewer`: add, list and remove the people who may sign in to the console."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from agencies.addresses import check_email
from edge_device.wording.counts import counted
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND
from homeward.listing import Listing
from homeward.options import AgencyOption, CsvOption, DryRunOption, JsonOption
from homeward.reviewers import UnknownReviewerError, open_reviewers
from homeward.terminal import console, fail
from lambdas.console.person import Role

app = typer.Typer(no_args_is_help=True, help="Add, list and remove the people who may sign in to the console.")
_LISTING = Listing(
    columns={"email": "address", "groups": "groups", "state": "state", "added_at": "added"},
    whole=frozenset({"email"}),
    members=("email", "groups", "state", "added_at"),
)


def _check_address(address: str) -> str:
    try:
        return check_email(address).lower()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


AddressArgument = Annotated[str, typer.Argument(callback=_check_address, help="The person's e-mail address.")]


@app.command()
def add(
    address: AddressArgument,
    *,
    agency: AgencyOption,
    group: Annotated[
        list[Role] | None,
        typer.Option("--group", "--role", help="What the person may do; may be repeated. Default: reviewer."),
    ] = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Let a person sign in to the console, with a temporary password that is valid for three days.

    Hand the password over yourself: nothing is sent. At the first sign-in the
    person chooses a password, and adds a key to an authenticator app. For
    somebody who is already there, the groups become exactly the given ones,
    and the person has to sign in again. Somebody who lost the phone is removed
    and added again.

    A reviewer decides on encounters. A supervisor also settles disagreements,
    closes cases, searches by photo and reads the audit. An auditor reads the
    audit, and sees no pictures.

    Examples:
        homeward reviewer add ana@agency.example -a springfield-prod

        homeward reviewer add kim@agency.example -a springfield-prod --group supervisor
    """
    deployment = connect(agency)
    reviewers = open_reviewers(deployment)
    groups = sorted(set(group or [Role.REVIEWER]))
    named = " and ".join(groups)
    if dry_run:
        verb = "change the groups of" if reviewers.find(address) else "add"
        console.print(f"would {verb} {address}: {named}")
        return
    password = reviewers.add(address, groups)
    if as_json:
        console.print_json(
            data={
                "email": address,
                "groups": groups,
                "temporary_password": password,
                "console": deployment["ConsoleUrl"],
            }
        )
    elif password is None:
        console.print(f"{address} was there already, and is {named} now")
    else:
        console.print(f"{address} is {named}, and signs in at {deployment['ConsoleUrl']}", soft_wrap=True)
        console.print(f"temporary password: {password}", highlight=False)


@app.command("list")
def list_reviewers(
    *,
    agency: AgencyOption,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List who may sign in to the console, with their groups.

    Example:
        homeward reviewer list -a springfield-prod
    """
    people = sorted(open_reviewers(connect(agency)).everybody(), key=lambda each: each.email)
    if _LISTING.show([asdict(each) for each in people], as_json=as_json, as_csv=as_csv):
        console.print(counted(len(people), "person", "people"))


@app.command()
def remove(address: AddressArgument, *, agency: AgencyOption, dry_run: DryRunOption = False) -> None:
    """Remove a person from the console. Every session ends at once. The audit keeps what the person did.

    Exit codes: 3 nobody with this address.

    Example:
        homeward reviewer remove ana@agency.example -a springfield-prod
    """
    reviewers = open_reviewers(connect(agency))
    try:
        if dry_run and reviewers.find(address):
            console.print(f"would remove {address}")
            return
        ended = reviewers.remove(address)
    except UnknownReviewerError as error:
        raise fail(f"{error} List them with: homeward reviewer list -a {agency}", code=NOT_FOUND) from error
    console.print(f"{address} is removed; sessions ended: {ended}")
