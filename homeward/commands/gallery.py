"""`homeward gallery`: count, verify and repair the gallery, and rebuild its face collection."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table

from agencies.sources import Sources
from edge_device.wording.counts import counted
from homeward.agency.file import read_agency
from homeward.commands.gallery_rebuild import rebuild
from homeward.deployment.outputs import connect
from homeward.exit_codes import DIFFERENCES, FAILED
from homeward.options import AgencyFileOption, AgencyOption, DryRunOption, JsonOption
from homeward.progress import progress
from homeward.terminal import console, messages, warn
from lambdas.ingest.gallery.stats import GalleryStats, gallery_stats
from lambdas.ingest.gallery.verify import Verification
from lambdas.ingest.gallery.wiring import open_faces, open_gallery, open_photos, open_withdrawal
from lambdas.ingest.wiring import open_runs

if TYPE_CHECKING:
    from lambdas.ingest.gallery.verify import Difference, GalleryState

app = typer.Typer(no_args_is_help=True, help="Count, verify and repair the gallery, and rebuild its face collection.")
app.command()(rebuild)


@app.command()
def stats(*, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Count cases, photos and faces. Show why photos have no face and how the last syncs ended.

    Examples:
        homeward gallery stats -a springfield-prod

        homeward gallery stats -a springfield-prod --json | jq .with_face
    """
    deployment = connect(agency)
    found = gallery_stats(open_gallery(deployment))
    in_use = open_faces(deployment).in_use()
    runs = open_runs(deployment)
    syncs = {name: report for name in Sources.model_fields if (report := runs.last_report(name))}
    if as_json:
        facts = {
            "face_share": found.face_share,
            "held": found.held,
            "collections": dataclasses.asdict(in_use),
            "last_syncs": syncs,
        }
        console.print_json(data=msgspec.to_builtins(found) | facts)
        return
    _show_stats(found, {"searched collection": in_use.active, "building": in_use.building, "previous": in_use.previous})
    for name, report in syncs.items():
        end = report["error"] or ("complete" if report["complete"] else counted(report["failed"], "case") + " failed")
        console.print(f"last sync of {name}: {report['ended_at']}, {end}", soft_wrap=True)


@app.command()
def verify(
    *,
    agency: AgencyOption,
    repair: Annotated[bool, typer.Option("--repair", help="Repair every photo that differs.")] = False,
    agency_file: AgencyFileOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare bucket, table and face collections photo by photo. With --repair, repair the differences.

    Right after a sync, photos that wait for the index function are reported as
    not indexed. That is no error.

    Exit codes: 0 no differences, or all repaired; 4 differences found; 1 some
    could not be repaired.

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
        _show_differences(differences, unrepaired, repaired=repairing)
    if repairing:
        raise typer.Exit(FAILED if unrepaired else 0)
    raise typer.Exit(DIFFERENCES if differences else 0)


def _repair(verification: Verification, state: GalleryState, *, total: int) -> list[str]:
    """Repair the differences, and return the keys of the photos that could not be repaired."""
    unrepaired = []
    with progress("repairing", total=total) as advance:

        def show_progress(difference: Difference, repaired: bool) -> None:
            advance(difference.key)
            if not repaired:
                unrepaired.append(difference.key)

        dataclasses.replace(verification, on_repair=show_progress).repair(state)
    return unrepaired


def _show_differences(differences: list[Difference], unrepaired: list[str], *, repaired: bool) -> None:
    for difference in differences:
        console.print(f"{difference.key}: {difference.problem}", soft_wrap=True, highlight=False)
    if not differences:
        console.print("no differences between bucket, table and collections")
    elif repaired:
        console.print(f"{len(differences) - len(unrepaired)} of {len(differences)} differences repaired")
        for key in unrepaired:
            warn(f"{key} could not be repaired; try again", style="red")
    else:
        console.print(f"{counted(len(differences), 'difference')}; to repair them, add --repair")


def _show_stats(stats: GalleryStats, collections: dict[str, str | None]) -> None:
    table = Table(show_header=False, box=None)
    rows = {
        **{f"cases {name}": count for name, count in sorted(stats.cases.items())},
        "documents in quarantine": stats.quarantined,
        **{f"photos {kind}": count for kind, count in sorted(stats.photos.items())},
        "photos with a face": stats.with_face,
        **{f"photos without a face, {reason}": count for reason, count in sorted(stats.without_face.items())},
        "photos held for a person to choose the face": stats.held,
        "photos not indexed yet": stats.not_indexed_yet,
        **{f"photos never stored, {reason}": count for reason, count in sorted(stats.never_stored.items())},
        "share of photos with a face": None if stats.face_share is None else f"{stats.face_share:.1%}",
        **collections,
    }
    for label, value in rows.items():
        if value is not None:
            table.add_row(label, str(value))
    console.print(table)
