"""`homeward encounter`: list and show encounters."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from homeward.commands.encounter_review import (
    EncounterArgument,
    acknowledge,
    confirm,
    dismiss,
    existing_encounter,
    undecided,
    undo,
)
from homeward.deployment.outputs import connect
from homeward.deployment.review import open_sites, open_verdicts
from homeward.encounter_listing import facts_of, read_encounters, row_of, timeline_of
from homeward.exit_codes import NOT_FOUND
from homeward.failure_queues import FAILED_ALERTS
from homeward.options import AgencyOption, JsonOption
from homeward.terminal import console, fail, warn
from lambdas.common.keys import photo_key
from lambdas.common.times import now
from lambdas.encounters.encounter import AlertState, Stage
from lambdas.encounters.listing import Order, Wanted
from lambdas.review.audit import AuditKind, Via
from lambdas.review.four_eyes import visible_records
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter

app = typer.Typer(no_args_is_help=True, help="List and show encounters, and review them.")

_MIN_WIDTHS = {"encounter": 16, "stage": 12}


@app.command("list")
def list_encounters(
    *,
    agency: AgencyOption,
    stage: Annotated[Stage | None, typer.Option(help="Only encounters in this stage.")] = None,
    case: Annotated[str | None, typer.Option(help="Only encounters of this case, such as namus:MP900101.")] = None,
    camera: Annotated[str | None, typer.Option(help="Only encounters at this camera, such as cam-01.")] = None,
    at_least: Annotated[float, typer.Option(min=0, max=100, help="Minimum similarity of the best sighting.")] = 0,
    order: Annotated[Order, typer.Option(help="waiting: the oldest first.")] = Order.NEWEST,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number to list.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List encounters, newest, strongest or longest waiting first.

    Examples:
        homeward encounter list -a springfield-prod --stage alerted

        homeward encounter list -a springfield-prod --stage open --order strongest

        homeward encounter list -a springfield-prod --case namus:MP900101 --json
    """
    deployment = connect(agency)
    site = open_sites(deployment)
    wanted = Wanted(
        order=order,
        stages={stage} if stage else None,
        case_id=case,
        cameras={camera} if camera else None,
        at_least=at_least,
    )
    found = read_encounters(
        deployment.client("dynamodb"), table=deployment["EncountersTable"], wanted=wanted, limit=limit
    )
    rows = [row_of(encounter, site=site(encounter.camera), now=now()) for encounter in found]
    if as_json:
        console.print_json(data=rows)
        return
    columns = ("encounter", "stage", "case", "site", "similarity", "shots", "seen", "age")
    table = Table()
    for column in columns:  # a narrow terminal must not break the ids and stages that people type
        table.add_column(column, no_wrap=column in _MIN_WIDTHS, min_width=_MIN_WIDTHS.get(column), overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    console.print(table)
    console.print(f"{len(rows)} encounters" + ("; for more, raise --limit" if len(rows) == limit else ""))
    if failed := sum(row["alert"] == AlertState.FAILED for row in rows):
        warn(f"{failed} of their alerts failed. Retry them with: homeward queue redrive {FAILED_ALERTS} -a {agency}")


@app.command()
def show(
    encounter_id: EncounterArgument,
    *,
    agency: AgencyOption,
    pictures: Annotated[Path | None, typer.Option(help="Save both pictures in this folder.")] = None,
    by: Annotated[str, typer.Option(help="Who looks, for the audit. Default: your user name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the evidence, times and audit of an encounter. The audit also records this command.

    Example:
        homeward encounter show 5f0c9d7e12ab34cd -a springfield-prod --pictures ./look
    """
    deployment = connect(agency)
    verdicts = open_verdicts(deployment)
    encounter = existing_encounter(deployment, encounter_id)
    who = by or getpass.getuser()
    verdicts.audit.add(encounter_id, AuditKind.VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
    saved: list[str] = []
    if pictures:
        if not has_pictures(encounter):
            raise fail(f"encounter {encounter_id} is {encounter.stage.value}: its pictures are deleted", code=NOT_FOUND)
        verdicts.audit.add(encounter_id, AuditKind.PICTURE_VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
        saved = [str(path) for path in _save(deployment, encounter, pictures)]
    records = visible_records(encounter, verdicts.audit.of(encounter_id), viewer=who)
    facts = facts_of(encounter, records, site=open_sites(deployment)(encounter.camera))
    if as_json:
        console.print_json(data={**facts, "pictures": saved})
        return
    table = Table(show_header=False, box=None)
    for label, value in facts["evidence"].items():
        table.add_row(label.replace("_", " "), "" if value is None else str(value))
    for instant, event in timeline_of(encounter, records):
        table.add_row(instant, event)
    console.print(table)
    for path in saved:
        console.print(path, soft_wrap=True)


for _command in (acknowledge, confirm, dismiss, undecided, undo):
    app.command()(_command)


def _save(deployment: Deployment, encounter: Encounter, folder: Path) -> Iterator[Path]:
    """Save the best capture and the photo that it resembles most."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = {
        "seen": (deployment["DetectionBucket"], encounter.best.key),
        "photo": (deployment["GalleryBucket"], photo_key(encounter.case_id, encounter.best.photo_id)),
    }
    for name, (bucket, key) in objects.items():
        path = folder / f"{encounter.encounter_id}-{name}.jpg"
        deployment.client("s3").download_file(bucket, key, str(path))
        yield path
