"""`homeward case`: list, show and close cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from edge_device.wording.counts import counted
from homeward.case_listing import facts_of, read_cases, row_of
from homeward.commands.case_faces import faces
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, WRONG_USAGE
from homeward.listing import Listing
from homeward.look_alikes import look_alike_facts, look_alike_line
from homeward.options import AgencyOption, CsvOption, DryRunOption, JsonOption
from homeward.terminal import console, fail
from lambdas.cases.case import CaseStatus
from lambdas.cases.table import StoredCase, read_case
from lambdas.encounters.look_alikes import read_verdicts
from lambdas.ingest.gallery.held_photos import explain
from lambdas.ingest.gallery.wiring import open_gallery, open_withdrawal
from lambdas.ingest.wiring import open_encounters

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(
    no_args_is_help=True, help="List and show the cases of the gallery, choose their faces, and close a case by hand."
)

app.command()(faces)

_CASES = Listing(
    columns={
        "case_id": "case",
        "status": "status",
        "name": "name",
        "sex": "sex",
        "age_when_missing": "age",
        "last_seen": "last seen",
        "photos": "photos",
    },
    whole=frozenset({"case_id", "status", "sex", "age_when_missing", "photos"}),
)
CaseArgument = Annotated[str, typer.Argument(help="Source and number, such as namus:MP900101.")]


@app.command("list")
def list_cases(
    *,
    agency: AgencyOption,
    status: Annotated[CaseStatus | None, typer.Option(help="Only cases with this status.")] = None,
    source: Annotated[str | None, typer.Option(help="Only cases of this source, such as namus.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List the cases of the gallery.

    Examples:
        homeward case list -a springfield-prod --status open

        homeward case list -a springfield-prod --csv > cases.csv

        homeward case list -a springfield-prod --json | jq -r '.[].case_id'
    """
    deployment = connect(agency)
    rows = [
        row_of(stored)
        for stored in read_cases(deployment.client("dynamodb"), table=deployment["CasesTable"])
        if status in {None, stored.status} and source in {None, stored.case.source}
    ]
    rows.sort(key=lambda row: str(row["case_id"]))
    if _CASES.show(rows, as_json=as_json, as_csv=as_csv):
        console.print(counted(len(rows), "case"))


@app.command()
def show(case_id: CaseArgument, *, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Show a case, and which of its photos have a face in the collection.

    Example:
        homeward case show namus:MP900101 -a springfield-prod
    """
    deployment = connect(agency)
    stored = _existing(deployment, case_id)
    photos = dict(open_gallery(deployment).photo_records(case_id))
    verdicts = read_verdicts(
        deployment.client("dynamodb"), table=deployment["EncountersTable"], case_id=stored.case.case_id
    )
    look_alikes = look_alike_facts(stored, verdicts)
    if as_json:
        facts = {
            "status": stored.status.value,
            "case": msgspec.to_builtins(stored.case),
            "photos": photos,
            "look_alikes": look_alikes,
        }
        console.print_json(data=facts)
        return
    table = Table(show_header=False, box=None)
    for label, value in facts_of(stored).items():
        if value:
            table.add_row(label, Text(value) if label == "narrative" else str(value))
    table.add_row("look-alikes", look_alike_line(look_alikes))
    for photo_id, photo in photos.items():
        parts = (photo.get("kind"), photo.get("face_status"), explain(photo.get("reason")))
        state = " ".join(str(part) for part in parts if part)
        table.add_row(f"photo {photo_id}", state)
    console.print(table)


@app.command()
def close(
    case_id: CaseArgument,
    *,
    agency: AgencyOption,
    status: Annotated[
        CaseStatus, typer.Option(help="The reason: resolved, or removed from the source.")
    ] = CaseStatus.RESOLVED,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Close a case: delete its faces, photos and unreviewed encounters. It no longer matches.

    A later sync opens it again if its source has changed it since and still
    lists it.

    Example:
        homeward case close namus:MP900101 -a springfield-prod --dry-run
    """
    if status is CaseStatus.OPEN:
        raise fail("--status open does not close a case; use resolved or removed", code=WRONG_USAGE)
    deployment = connect(agency)
    stored = _existing(deployment, case_id)
    photos = dict(open_gallery(deployment).photo_records(case_id))
    closed: dict[str, Any] = {
        "case_id": case_id,
        "name": stored.case.name,
        "photos": len(photos),
        "faces": sum(photo.get("face_status") == "indexed" for photo in photos.values()),
    }
    if not dry_run:
        open_withdrawal(deployment).withdraw(case_id, status, source_modified=_source_modified(deployment, case_id))
        closed["unreviewed_encounters"] = open_encounters(deployment).withdraw()
    if as_json:
        console.print_json(data=closed | {"dry_run": dry_run})
        return
    deleted = ", ".join(f"{closed[what]} {what}" for what in closed if what not in {"case_id", "name"})
    what = f"{case_id} ({closed['name'] or 'no name'}), deleting {deleted}".replace("_", " ")
    console.print(f"would close {what}" if dry_run else f"closed {what}", soft_wrap=True)


def _source_modified(deployment: Deployment, case_id: str) -> str | None:
    """Return the source's change marker of the case. The next sync compares it with the listing."""
    record = open_gallery(deployment).case_record(case_id) or {}
    marker: str | None = record.get("source_modified")
    return marker


def _existing(deployment: Deployment, case_id: str) -> StoredCase:
    stored = read_case(deployment.client("dynamodb"), table=deployment["CasesTable"], case_id=case_id)
    if stored is None:
        raise fail(
            f"No case {case_id}. List cases with: homeward case list -a {deployment.stage}",
            code=NOT_FOUND,
        )
    return stored
