"""`homeward encounter`: look at the encounters, and decide on them."""

from __future__ import annotations

import getpass
from pathlib import Path  # noqa: TC003 - typer reads the types of a command as it runs
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from homeward.deployment.review import open_sites, open_verdicts
from homeward.encounter_listing import encounters, listed, shown, timeline_of
from homeward.options import NOT_FOUND, REFUSED, Agency, AsJson, DryRun, connect, console, fail
from lambdas.common.keys import photo_key
from lambdas.common.times import now
from lambdas.encounters.encounter import Review, Stage
from lambdas.encounters.table import read_encounter
from lambdas.review.audit import AuditKind, Via
from lambdas.review.links import has_pictures
from lambdas.review.verdicts import EncounterOverError, NoEncounterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter

app = typer.Typer(no_args_is_help=True, help="Look at the encounters, and decide on them.")

_WIDTHS = {"encounter": 16, "stage": 12}

EncounterId = Annotated[str, typer.Argument(help="As `homeward encounter list` names it.")]
By = Annotated[str, typer.Option(help="Who decides: a name or a badge number, for the audit.")]
Note = Annotated[str | None, typer.Option(help="Why, for the audit.")]


@app.command("list")
def list_encounters(
    *,
    agency: Agency,
    stage: Annotated[Stage | None, typer.Option(help="Only encounters of this stage.")] = None,
    case: Annotated[str | None, typer.Option(help="Only encounters of this case, such as namus:MP900101.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the encounters, the newest first.

    Examples:
        homeward encounter list -a springfield-prod --stage alerted

        homeward encounter list -a springfield-prod --case namus:MP900101 --json
    """
    deployment = connect(agency)
    site = open_sites(deployment)
    found = encounters(
        deployment.client("dynamodb"), table=deployment["EncountersTable"], stage=stage, case_id=case, limit=limit
    )
    rows = [listed(encounter, site=site(encounter.camera), now=now()) for encounter in found]
    if as_json:
        console.print_json(data=rows)
        return
    columns = ("encounter", "stage", "case", "site", "similarity", "shots", "age")
    table = Table()
    for column in columns:  # on a narrow screen others are broken, not what one has to type
        table.add_column(column, no_wrap=column in _WIDTHS, min_width=_WIDTHS.get(column), overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    console.print(table)
    console.print(f"{len(rows)} encounters" + (", and perhaps more: --limit" if len(rows) == limit else ""))


@app.command()
def show(
    encounter_id: EncounterId,
    *,
    agency: Agency,
    pictures: Annotated[Path | None, typer.Option(help="Save both pictures in this folder.")] = None,
    by: Annotated[str, typer.Option(help="Who looks, for the audit; the name of your account if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the evidence of an encounter, its times and its audit; the look itself goes into the audit.

    Example:
        homeward encounter show 5f0c9d7e12ab34cd -a springfield-prod --pictures ./look
    """
    deployment = connect(agency)
    verdicts = open_verdicts(deployment)
    encounter = _existing(deployment, encounter_id)
    who = by or getpass.getuser()
    verdicts.audit.add(encounter_id, AuditKind.VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
    saved: list[str] = []
    if pictures:
        if not has_pictures(encounter):
            raise fail(f"encounter {encounter_id} is {encounter.stage.value}: its pictures are deleted", code=NOT_FOUND)
        verdicts.audit.add(encounter_id, AuditKind.PICTURE_VIEWED, by=who, at=now(), via=Via.COMMAND_LINE)
        saved = [str(path) for path in _save(deployment, encounter, pictures)]
    records = list(verdicts.audit.of(encounter_id))
    facts = shown(encounter, records, site=open_sites(deployment)(encounter.camera))
    if as_json:
        console.print_json(data={**facts, "pictures": saved})
        return
    table = Table(show_header=False, box=None)
    for label, value in facts["evidence"].items():
        table.add_row(label.replace("_", " "), "" if value is None else str(value))
    for instant, what in timeline_of(encounter, records):
        table.add_row(instant, what)
    console.print(table)
    for path in saved:
        console.print(path, soft_wrap=True)


@app.command()
def acknowledge(encounter_id: EncounterId, *, agency: Agency, by: By, dry_run: DryRun = False) -> None:
    """Say that somebody is on it; the first to say so is the one.

    Example:
        homeward encounter acknowledge 5f0c9d7e12ab34cd -a springfield-prod --by "Officer 42"
    """
    deployment = connect(agency)
    _deciding(deployment, encounter_id)
    if dry_run:
        console.print(f"would acknowledge {encounter_id}")
        return
    done = open_verdicts(deployment).acknowledge(encounter_id, by=by, at=now(), via=Via.COMMAND_LINE)
    encounter = _existing(deployment, encounter_id)
    said = f"by {encounter.acknowledged_by}" if encounter.acknowledged_by else f"as it is {encounter.stage.value}"
    console.print(f"acknowledged {encounter_id}" if done else f"nothing to acknowledge any more, {said}")


@app.command()
def confirm(encounter_id: EncounterId, *, agency: Agency, by: By, note: Note = None, dry_run: DryRun = False) -> None:
    """It is the missing person: the pictures are kept, and nothing of the encounter expires.

    Example:
        homeward encounter confirm 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Met at North Station."
    """
    _decide(encounter_id, Review.CONFIRMED, agency=agency, by=by, note=note, dry_run=dry_run)


@app.command()
def dismiss(encounter_id: EncounterId, *, agency: Agency, by: By, note: Note = None, dry_run: DryRun = False) -> None:
    """It is somebody else: the pictures are deleted at once, and the camera is slower to alert of this case again.

    Example:
        homeward encounter dismiss 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Twenty years too young."
    """
    _decide(encounter_id, Review.DISMISSED, agency=agency, by=by, note=note, dry_run=dry_run)


@app.command()
def undecided(encounter_id: EncounterId, *, agency: Agency, by: By, note: Note = None, dry_run: DryRun = False) -> None:
    """Nobody can tell: the pictures stay as long as the encounter does.

    Example:
        homeward encounter undecided 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Too dark."
    """
    _decide(encounter_id, Review.UNDECIDED, agency=agency, by=by, note=note, dry_run=dry_run)


def _decide(encounter_id: str, verdict: Review, *, agency: str, by: str, note: str | None, dry_run: bool) -> None:
    deployment = connect(agency)
    encounter = _deciding(deployment, encounter_id)
    if dry_run:
        console.print(f"would make {encounter_id} {verdict.value}; it is {encounter.stage.value}")
        return
    verdicts = open_verdicts(deployment)
    changed = verdicts.decide(encounter_id, verdict, by=by, at=now(), via=Via.COMMAND_LINE, note=note)
    console.print(f"{encounter_id} is {verdict.value}" + ("" if changed else ", as it was before"))


def _existing(deployment: Deployment, encounter_id: str) -> Encounter:
    table = deployment["EncountersTable"]
    encounter = read_encounter(deployment.client("dynamodb"), table=table, encounter_id=encounter_id)
    if encounter is None:
        raise fail(f"there is no encounter {encounter_id}; `homeward encounter list` shows them", code=NOT_FOUND)
    return encounter


def _deciding(deployment: Deployment, encounter_id: str) -> Encounter:
    """The encounter, if it still takes a verdict."""
    try:
        return open_verdicts(deployment).read(encounter_id)
    except NoEncounterError as error:
        raise fail(f"{error}; `homeward encounter list` shows them", code=NOT_FOUND) from error
    except EncounterOverError as error:
        raise fail(str(error), code=REFUSED) from error


def _save(deployment: Deployment, encounter: Encounter, folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    places = {
        "seen": (deployment["DetectionBucket"], encounter.best.key),
        "photo": (deployment["GalleryBucket"], photo_key(encounter.case_id, encounter.best.photo_id)),
    }
    for name, (bucket, key) in places.items():
        path = folder / f"{encounter.encounter_id}-{name}.jpg"
        deployment.client("s3").download_file(bucket, key, str(path))
        yield path
