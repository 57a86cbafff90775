"""`homeward case`: look at the cases of the gallery, and close one by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.table import Table

from homeward.options import NOT_FOUND, Agency, AsJson, DryRun, connect, console, fail
from lambdas.cases.case import Case, CaseStatus
from lambdas.cases.table import CASE_RECORD, StoredCase, read_case
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.ingest.gallery.wiring import open_gallery, open_withdrawal
from lambdas.ingest.wiring import open_encounters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment

app = typer.Typer(no_args_is_help=True, help="Look at the cases of the gallery, and close one by hand.")

CaseId = Annotated[str, typer.Argument(help="Source and number, such as namus:MP900101.")]


@app.command("list")
def list_cases(
    *,
    agency: Agency,
    status: Annotated[CaseStatus | None, typer.Option(help="Only cases of this status.")] = None,
    source: Annotated[str | None, typer.Option(help="Only cases of this source, such as namus.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the cases, one a line.

    Examples:
        homeward case list -a springfield-prod --status open

        homeward case list -a springfield-prod --json | jq -r '.[].case_id'
    """
    rows = [
        _summary(stored)
        for stored in _all_cases(connect(agency))
        if status in {None, stored.status} and source in {None, stored.case.source}
    ]
    rows.sort(key=lambda row: str(row["case_id"]))
    if as_json:
        console.print_json(data=rows)
        return
    table = Table("case", "status", "name", "sex", "age when missing", "last seen", "photos")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)
    console.print(f"{len(rows)} cases")


@app.command()
def show(case_id: CaseId, *, agency: Agency, as_json: AsJson = False) -> None:
    """Show all that the gallery knows of a case, and which of its photos have a face.

    Example:
        homeward case show namus:MP900101 -a springfield-prod
    """
    deployment = connect(agency)
    stored = _existing(deployment, case_id)
    photos = dict(open_gallery(deployment).photo_records(case_id))
    if as_json:
        facts = {"status": stored.status.value, "case": msgspec.to_builtins(stored.case), "photos": photos}
        console.print_json(data=facts)
        return
    table = Table(show_header=False, box=None)
    for label, value in _facts(stored).items():
        if value:
            table.add_row(label, str(value))
    for photo_id, photo in photos.items():
        state = " ".join(str(photo[name]) for name in ("kind", "face_status", "reason") if photo.get(name))
        table.add_row(f"photo {photo_id}", state)
    console.print(table)


@app.command()
def close(
    case_id: CaseId,
    *,
    agency: Agency,
    status: Annotated[
        CaseStatus, typer.Option(help="Why: resolved, or removed from the source.")
    ] = CaseStatus.RESOLVED,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Close a case: its faces, photos and unreviewed encounters are deleted at once, and it no longer matches.

    The next sync opens it again if its source still lists it as changed since.

    Example:
        homeward case close namus:MP900101 -a springfield-prod --dry-run
    """
    if status is CaseStatus.OPEN:
        raise fail("--status open closes nothing; use resolved or removed", code=2)
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
        open_withdrawal(deployment).withdraw(case_id, status, source_modified=_marker(deployment, case_id))
        closed["unreviewed_encounters"] = open_encounters(deployment).withdraw()
    if as_json:
        console.print_json(data=closed | {"dry_run": dry_run})
        return
    deleted = ", ".join(f"{closed[what]} {what}" for what in closed if what not in {"case_id", "name"})
    what = f"{case_id} ({closed['name'] or 'no name'}), deleting {deleted}".replace("_", " ")
    console.print(f"would close {what}" if dry_run else f"closed {what}", soft_wrap=True)


def _marker(deployment: Deployment, case_id: str) -> str | None:
    record = open_gallery(deployment).case_record(case_id) or {}
    marker: str | None = record.get("source_modified")
    return marker


def _existing(deployment: Deployment, case_id: str) -> StoredCase:
    stored = read_case(deployment.client("dynamodb"), table=deployment["CasesTable"], case_id=case_id)
    if stored is None:
        raise fail(f"the gallery has no case {case_id}; `homeward case list` shows those it has", code=NOT_FOUND)
    return stored


def _all_cases(deployment: Deployment) -> Iterator[StoredCase]:
    pages = (
        deployment.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployment["CasesTable"],
            FilterExpression="#record = :case",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_attributes({":case": CASE_RECORD}),
        )
    )
    for page in pages:
        for attributes in page["Items"]:
            item = from_attributes(attributes)
            case = msgspec.json.decode(item["case"], type=Case)
            yield StoredCase(case=case, status=CaseStatus(item["status"]))


def _summary(stored: StoredCase) -> dict[str, Any]:
    case = stored.case
    return {
        "case_id": case.case_id,
        "status": stored.status.value,
        "name": case.name,
        "sex": case.sex,
        "age_when_missing": str(case.age_when_missing) if case.age_when_missing else None,
        "last_seen": " ".join(part for part in (case.last_seen.date, case.last_seen.place) if part) or None,
        "photos": len(case.photos),
    }


def _facts(stored: StoredCase) -> dict[str, Any]:
    case, agency = stored.case, stored.case.primary_agency
    return {
        **_summary(stored),
        "height cm": case.height_cm,
        "weight kg": case.weight_kg,
        "hair": case.hair,
        "marks": "; ".join(case.marks),
        "agency": agency and " ".join(part for part in (agency.name, agency.phone, agency.case_number) if part),
        "source": case.source_url,
        "narrative": case.narrative,
    }
