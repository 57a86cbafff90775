"""`homeward gallery`: what is in it, whether its parts are in step, and a new face collection for it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table

from agencies.settings import Sources
from homeward.agency_file import AgencyFile, read_agency
from homeward.commands.gallery_rebuild import rebuild
from homeward.options import DIFFERENCES, FAILED, Agency, AsJson, DryRun, connect, console, messages
from homeward.progress import progress
from lambdas.ingest.gallery.stats import GalleryStats, gallery_stats
from lambdas.ingest.gallery.verify import Verification
from lambdas.ingest.gallery.wiring import open_faces, open_gallery, open_photos, open_withdrawal
from lambdas.ingest.wiring import open_runs

if TYPE_CHECKING:
    from lambdas.ingest.gallery.verify import Difference, GalleryState

app = typer.Typer(
    no_args_is_help=True, help="What is in the gallery, whether it is in step, and a new face collection."
)
app.command()(rebuild)


@app.command()
def stats(*, agency: Agency, as_json: AsJson = False) -> None:
    """Count cases, photos and faces, and say why photos have no face and how the last syncs ended.

    Examples:
        homeward gallery stats -a springfield-prod

        homeward gallery stats -a springfield-prod --json | jq .with_face
    """
    deployment = connect(agency)
    counted = gallery_stats(open_gallery(deployment))
    in_use = open_faces(deployment).in_use()
    runs = open_runs(deployment)
    syncs = {name: report for name in Sources.model_fields if (report := runs.last_report(name))}
    if as_json:
        facts = {"face_share": counted.face_share, "collections": dataclasses.asdict(in_use), "last_syncs": syncs}
        console.print_json(data=msgspec.to_builtins(counted) | facts)
        return
    _show(counted, {"searched collection": in_use.active, "building": in_use.building, "previous": in_use.previous})
    for name, report in syncs.items():
        end = report["error"] or ("complete" if report["complete"] else f"{report['failed']} cases failed")
        console.print(f"last sync of {name}: {report['ended_at']}, {end}", soft_wrap=True, markup=False)


@app.command()
def verify(
    *,
    agency: Agency,
    repair: Annotated[bool, typer.Option("--repair", help="Bring every photo that differs into step.")] = False,
    agency_file: AgencyFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Compare bucket, table and face collections with each other, photo by photo; --repair brings them into step.

    Right after a sync, photos that wait for the index function show up as not
    indexed; that is no fault.

    Exit codes: 0 all in step, or repaired; 4 differences found; 1 some could not be repaired now.

    Examples:
        homeward gallery verify -a springfield-prod

        homeward gallery verify -a springfield-prod --repair
    """
    repairing = repair and not dry_run
    per_second = read_agency(agency, agency_file).matching.rekognition_requests_per_second if repairing else None
    deployment = connect(agency)
    verification = Verification(
        photos=open_photos(deployment, per_second=per_second),
        withdrawal=open_withdrawal(deployment),
        gallery=open_gallery(deployment),
    )
    with messages.status("reading bucket, table and collections"):
        state = verification.read()
    differences = list(verification.differences(state))
    unrepaired = _repair(verification, state, total=len(differences)) if repairing else []
    if as_json:
        counts = {"photos": len(state.photos), "objects": len(state.objects), "photos_with_faces": len(state.faces)}
        found = [dataclasses.asdict(difference) for difference in differences]
        console.print_json(data=counts | {"differences": found, "repaired": repairing, "unrepaired": unrepaired})
    else:
        _report(differences, unrepaired, repaired=repairing)
    if repairing:
        raise typer.Exit(FAILED if unrepaired else 0)
    raise typer.Exit(DIFFERENCES if differences else 0)


def _repair(verification: Verification, state: GalleryState, *, total: int) -> list[str]:
    """Repair what differs; the keys of what could not be."""
    unrepaired = []
    with progress("repairing", total=total) as advance:

        def show_progress(difference: Difference, repaired: bool) -> None:
            advance(difference.key)
            if not repaired:
                unrepaired.append(difference.key)

        dataclasses.replace(verification, on_repair=show_progress).repair(state)
    return unrepaired


def _report(differences: list[Difference], unrepaired: list[str], *, repaired: bool) -> None:
    for difference in differences:
        console.print(f"{difference.key}: {difference.problem}", soft_wrap=True, highlight=False, markup=False)
    if not differences:
        console.print("bucket, table and collections are in step")
    elif repaired:
        console.print(f"{len(differences) - len(unrepaired)} of {len(differences)} differences repaired")
        for key in unrepaired:
            messages.print(f"homeward: {key} could not be repaired now; try again", style="red", soft_wrap=True)
    else:
        console.print(f"{len(differences)} differences; --repair brings them into step")


def _show(stats: GalleryStats, collections: dict[str, str | None]) -> None:
    table = Table(show_header=False, box=None)
    rows = {
        **{f"cases {name}": count for name, count in sorted(stats.cases.items())},
        "documents in quarantine": stats.quarantined,
        **{f"photos {kind}": count for kind, count in sorted(stats.photos.items())},
        "photos with a face": stats.with_face,
        **{f"photos without a face, {reason}": count for reason, count in sorted(stats.without_face.items())},
        "photos not indexed yet": stats.not_indexed_yet,
        **{f"photos never stored, {reason}": count for reason, count in sorted(stats.never_stored.items())},
        "share of photos with a face": None if stats.face_share is None else f"{stats.face_share:.1%}",
        **collections,
    }
    for label, value in rows.items():
        if value is not None:
            table.add_row(label, str(value))
    console.print(table)
