"""`homeward encounter`: list and show encounters."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from edge_device.wording.counts import counted
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
from homeward.deployment.review import link_of, open_names, open_sites, open_verdicts
from homeward.encounter_listing import ROW_MEMBERS, facts_of, read_encounters, read_encounters_near, row_of, timeline_of
from homeward.encounter_pictures import new_folder, save_pictures
from homeward.exit_codes import NOT_FOUND
from homeward.failure_queues import FAILED_ALERTS
from homeward.listing import Listing
from homeward.options import AgencyOption, CsvOption, JsonOption
from homeward.terminal import console, fail, warn
from lambdas.cases.table import read_case
from lambdas.common.times import now
from lambdas.encounters.encounter import AlertState, Stage
from lambdas.encounters.listing import Order, Wanted
from lambdas.review.audit import AuditKind, Via
from lambdas.review.four_eyes import visible_records
from lambdas.review.pictures import has_pictures

app = typer.Typer(no_args_is_help=True, help="List and show encounters, and review them.")

_LABELS = {"shots": "images", "alerting_shots": "alerting images", "next_case": "other case"}
_ENCOUNTERS = Listing(
    columns={
        "encounter": "encounter",
        "stage": "stage",
        "case": "case",
        "name": "name",
        "site": "site",
        "similarity": "alike",
        "age": "age",
    },
    whole=frozenset({"encounter", "stage", "case", "similarity", "age"}),
    members=ROW_MEMBERS,
)


_WITH_RUNNERS_UP = replace(_ENCOUNTERS, columns={**_ENCOUNTERS.columns, "runner_up": "runner-up"})


@app.command("list")
def list_encounters(
    *,
    agency: AgencyOption,
    stage: Annotated[Stage | None, typer.Option(help="Only encounters in this stage.")] = None,
    case: Annotated[
        str | None,
        typer.Option(help="Only encounters of this case, such as namus:MP900101, or with it as a runner-up."),
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Only encounters at this camera, such as cam-01.")] = None,
    at_least: Annotated[float, typer.Option(min=0, max=100, help="Minimum similarity of the best sighting.")] = 0,
    order: Annotated[Order, typer.Option(help="waiting: the oldest first.")] = Order.NEWEST,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number to list.")] = 50,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List encounters, newest, strongest or longest waiting first.

    `alike` is the similarity of the best sighting, 0 to 100, and `age` counts
    from when the encounter arose here. --json and --csv have every column.

    Of a sighting's cases, only the nearest gets the encounter. With --case, the
    list also has the encounters of other cases whose sightings resemble this
    one: `runner-up` is its similarity there. This reads the whole table, which
    takes a minute for 100,000 encounters.

    Examples:
        homeward encounter list -a springfield-prod --stage alerted

        homeward encounter list -a springfield-prod --stage open --order strongest

        homeward encounter list -a springfield-prod --case namus:MP900101 --json
    """
    deployment = connect(agency)
    site, name = open_sites(deployment), open_names(deployment)
    wanted = Wanted(
        order=order,
        stages={stage} if stage else None,
        cameras={camera} if camera else None,
        at_least=at_least,
    )
    dynamodb, table = deployment.client("dynamodb"), deployment["EncountersTable"]
    if case:
        found = read_encounters_near(dynamodb, table=table, wanted=wanted, case_id=case, limit=limit)
    else:
        found = list(read_encounters(dynamodb, table=table, wanted=wanted, limit=limit))
    rows = [
        row_of(each, site=each.place(site(each.camera)), name=name(each.case_id), now=now(), wanted_case=case)
        for each in found
    ]
    has_others = any(row["case"] != case for row in rows if case)
    if not (_WITH_RUNNERS_UP if has_others else _ENCOUNTERS).show(rows, as_json=as_json, as_csv=as_csv):
        return
    console.print(counted(len(rows), "encounter") + ("; for more, raise --limit" if len(rows) == limit else ""))
    if failed := sum(row["alert"] == AlertState.FAILED for row in rows):
        warn(f"{failed} of their alerts failed. Retry them with: homeward queue redrive {FAILED_ALERTS} -a {agency}")


@app.command()
def show(
    encounter_id: EncounterArgument,
    *,
    agency: AgencyOption,
    pictures: Annotated[
        Path | None, typer.Option(help="Save both pictures in this folder, and a sheet of them.")
    ] = None,
    open_sheet: Annotated[bool, typer.Option("--open", help="Open the sheet with both pictures.")] = False,
    by: Annotated[str, typer.Option(help="Who looks, for the audit. Default: your user name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the link, evidence, times and audit of an encounter. The audit also records this command.

    --open shows the capture beside the photo of the case, with the viewer of
    this machine. The sheet is in a folder of its own, or in that of --pictures:
    delete it after the look.

    Examples:
        homeward encounter show 5f0c9d7e12ab34cd -a springfield-prod --open

        homeward encounter show 5f0c9d7e12ab34cd -a springfield-prod --pictures ./look
    """
    deployment = connect(agency)
    verdicts = open_verdicts(deployment)
    encounter = existing_encounter(deployment, encounter_id)
    site = encounter.place(open_sites(deployment)(encounter.camera))
    stored = read_case(deployment.client("dynamodb"), table=deployment["CasesTable"], case_id=encounter.case_id)
    case = stored.case if stored else None
    who = by or getpass.getuser()
    verdicts.audit.add(encounter_id, AuditKind.VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
    saved: list[Path] = []
    if pictures or open_sheet:
        if not has_pictures(encounter):
            raise fail(f"encounter {encounter_id} is {encounter.stage.value}: its pictures are deleted", code=NOT_FOUND)
        verdicts.audit.add(encounter_id, AuditKind.PICTURE_VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
        saved = save_pictures(
            deployment, encounter, folder=pictures or new_folder(), site=site, name=case.name if case else None
        )
    records = visible_records(encounter, verdicts.audit.of(encounter_id), viewer=who)
    facts = facts_of(encounter, records, site=site, case=case, link=link_of(deployment, encounter))
    if as_json:
        console.print_json(data={**facts, "pictures": [str(path) for path in saved]})
    else:
        _show(facts["evidence"], timeline_of(encounter, records), saved)
    if open_sheet and typer.launch(str(saved[-1])):
        warn(f"no viewer opened {saved[-1]}; open it yourself")


def _show(evidence: dict[str, Any], timeline: list[tuple[str, str]], saved: list[Path]) -> None:
    """Print the facts, then what people copy: a link, a digest or a path stays in one piece."""
    table = Table(show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    copied = {label: evidence.pop(label) for label in ("picture_sha256", "link")}
    for label, value in evidence.items():
        if value is not None:
            table.add_row(_LABELS.get(label, label.replace("_", " ")), str(value))
    for instant, event in timeline:
        table.add_row(instant, event)
    console.print(table)
    for label, value in copied.items():
        if value:
            console.print(f"{label.replace('_', ' ')}: {value}", soft_wrap=True)
    for path in saved:
        console.print(str(path), soft_wrap=True)


for _command in (acknowledge, confirm, dismiss, undecided, undo):
    app.command()(_command)
