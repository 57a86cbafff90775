"""`homeward import`: import an agency's own cases from a folder."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from agencies.settings import Settings
from edge_device.wording.counts import counted
from homeward.agency.file import read_agency
from homeward.deployment.outputs import connect
from homeward.exit_codes import REFUSED
from homeward.indexed_photos import show_faces, wait_for_faces
from homeward.options import AgencyFileOption, AgencyOption, AllowRemovalsOption, DryRunOption, JsonOption
from homeward.sync_report import preview, run, show, show_preview
from homeward.terminal import console, fail
from lambdas.ingest.gallery.wiring import open_gallery
from lambdas.ingest.sources.agency_folder.cases import AgencyFolder, Problem
from lambdas.ingest.sources.agency_folder.files import open_folder
from lambdas.ingest.sources.agency_folder.list_file import template
from lambdas.ingest.sources.protocol import UnreadableListingError
from lambdas.ingest.sync_runs import this_process
from lambdas.ingest.wiring import open_sync


def write_template(file: Path | None) -> None:
    """Write a list with a header and a line that explains each column, and end the command."""
    if file is None:
        return
    if str(file) == "-":
        console.file.write(template())
        raise typer.Exit
    if file.exists():
        raise fail(f"{file} exists; choose another file")
    file.write_text(template(), encoding="utf-8")
    console.print(f"wrote {file}: fill it in from its third line on, and put the photos into photos/ beside it")
    raise typer.Exit


def import_folder(
    *,
    folder: Annotated[
        str, typer.Argument(help="A path or s3://BUCKET/PREFIX that has cases.csv or cases.jsonl, and photos/.")
    ],
    agency: AgencyOption,
    agency_file: AgencyFileOption = None,
    template: Annotated[  # noqa: ARG001 - its callback does the work
        Path | None,
        typer.Option(
            callback=write_template,
            is_eager=True,
            help="Write an empty list to this file and end. - prints it.",
            dir_okay=False,
        ),
    ] = None,
    allow_removals: AllowRemovalsOption = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for the index function, to report photos without a face.")
    ] = 30,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import an agency's own cases from a folder. If it has errors, list them by line and import nothing.

    A photo that shows several faces is not enrolled by guess: the import names
    it, and it waits until somebody crops it.

    The folder must hold all of the agency's own cases: a case of an earlier
    import whose row is gone is removed from the gallery.

    Examples:
        homeward import --template cases.csv

        homeward import ./our-cases -a springfield-prod --dry-run

        homeward import ./our-cases -a springfield-prod
    """
    settings = read_agency(agency, agency_file)
    _refuse_second_folder(settings, folder)
    deployment = connect(agency)
    try:
        source = AgencyFolder(open_folder(folder, s3=deployment.client("s3")), country=settings.country)
        problems = source.problems()
    except (ValueError, UnreadableListingError) as error:
        raise fail(str(error)) from error
    if problems:
        _show_problems(problems, as_json=as_json)
        raise fail(f"{counted(len(problems), 'error')} in {folder}; nothing was imported")
    importing = open_sync(
        deployment, source, owner=this_process(), max_removed_percent=settings.sync.max_removed_percent
    )
    if dry_run:
        planned = preview(importing)
        console.print_json(data=planned) if as_json else show_preview(planned)
        return
    stored: list[str] = []
    result, code = run(importing, allow_removals=allow_removals, stored=stored)
    if not as_json:
        show(result)
    photos = wait_for_faces(open_gallery(deployment), stored, seconds=wait)
    show_faces(photos)
    if as_json:
        console.print_json(data=result | {"photos": msgspec.to_builtins(photos)})
    raise typer.Exit(code)


def _refuse_second_folder(settings: Settings, folder: str) -> None:
    """Refuse a folder that is not the scheduled one: the next scheduled sync would remove its cases."""
    scheduled = settings.sources.enabled.get("folder")
    if scheduled is not None and _absolute(scheduled.folder or "") != _absolute(folder):
        raise fail(
            f"the agency's file syncs the folder {scheduled.folder}, and its next sync would remove the cases of "
            "another folder: put your cases into that folder",
            code=REFUSED,
        )


def _absolute(folder: str) -> str:
    return folder.rstrip("/") if folder.startswith("s3://") else str(Path(folder).resolve())


def _show_problems(problems: list[Problem], *, as_json: bool) -> None:
    if as_json:
        console.print_json(data={"problems": msgspec.to_builtins(problems)})
        return
    for problem in problems:
        console.print(str(problem), soft_wrap=True, highlight=False)
